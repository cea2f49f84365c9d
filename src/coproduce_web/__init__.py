"""The platform: where citizens and professionals commission, design, deliver and assess a service together.

A Django project with one app. It imports the engine (`coproduce`), never the reverse, and calls it in background tasks
only. Whatever it records it can export as a study folder.

======================  =========================================================================================
room                    holds
======================  =========================================================================================
`models/`               what is kept
`permissions.py`        who may do what: permissions an enum, roles as data
`actions/`              every write: atomic, keyword-only, says `by`, leaves its trail in the same transaction
`forms/`                what people type, checked
`pages/`                what people see; `urls.py` says who may see and do each
`templates/`            the pages' HTML; every page works without script
`tasks.py`              what runs in the background
======================  =========================================================================================
"""
