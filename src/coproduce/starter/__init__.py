"""What `coproduce init` puts into a new study folder."""
