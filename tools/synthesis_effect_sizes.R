# Reference values of effect sizes from R's metafor (escalc), as JSON.
# Usage: Rscript tools/synthesis_effect_sizes.R > tests/accuracy/synthesis_effect_sizes.json
# The cells and summaries are made up so that each rule is met: empty cells, empty rows, small groups.
suppressMessages(library(metafor))

means <- data.frame(
  n1 = c(50, 140, 23, 4), mean1 = c(2.2, 17.6, 0.38, 9.5), sd1 = c(12.73, 24.2, 0.56, 2.25),
  n2 = c(54, 136, 19, 3), mean2 = c(5.2, 34.1, 0.23, 4.125), sd2 = c(12.5, 38.8, 0.29, 0.5)
)
counts <- data.frame(a = c(34, 24, 0, 0, 12), b = c(63, 11, 12, 20, 0), c = c(36, 29, 16, 0, 7), d = c(58, 6, 17, 25, 3))
correlations <- data.frame(r = c(0.1, -0.5, 0.93), n = c(10, 40, 200))

shown <- function(measure, columns, data) {
  arguments <- c(list(measure = measure), setNames(as.list(data), columns))
  found <- do.call(escalc, arguments)
  sprintf(
    '"%s": {"effect": [%s], "variance": [%s]}', measure,
    paste(sprintf("%.17g", as.numeric(found$yi)), collapse = ", "), paste(sprintf("%.17g", found$vi), collapse = ", ")
  )
}
listed <- function(data) {
  column <- function(name) sprintf('"%s": [%s]', name, paste(sprintf("%.17g", data[[name]]), collapse = ", "))
  sprintf("{%s}", paste(sapply(names(data), column), collapse = ", "))
}
lines <- c(
  sapply(c("MD", "SMD", "SMDH", "ROM"), shown, columns = c("n1i", "m1i", "sd1i", "n2i", "m2i", "sd2i"), data = means),
  sapply(c("RR", "OR", "RD", "PETO"), shown, columns = c("ai", "bi", "ci", "di"), data = counts),
  sapply(c("COR", "ZCOR"), shown, columns = c("ri", "ni"), data = correlations)
)
cat(sprintf(
  '{"made_with": {"R": "%s", "metafor": "%s"},\n"means": %s,\n"counts": %s,\n"correlations": %s,\n"measures": {\n%s\n}}\n',
  getRversion(), packageVersion("metafor"), listed(means), listed(counts), listed(correlations),
  paste(lines, collapse = ",\n")
))
