# Reference values of qualitative comparative analysis by Dusa's QCA 3.23 (3.25.1 regresses), as JSON on stdout:
#   Rscript tools/determinants_reference.R > tests/accuracy/determinants_qca.json
suppressMessages(library(QCA))
options(warn = -1)
set.seed(4)

number <- function(values) paste0("[", paste(ifelse(is.na(values), "null", sprintf("%.15g", as.numeric(values))), collapse = ", "), "]")
text <- function(values) paste0("[", paste(sprintf('"%s"', values), collapse = ", "), "]")
object <- function(...) { parts <- list(...); paste0("{", paste(sprintf('"%s": %s', names(parts), unlist(parts)), collapse = ", "), "}") }
rows <- function(table) paste0("[", paste(apply(table, 1, number), collapse = ", "), "]")
models <- function(solutions) text(vapply(solutions, function(terms) paste(sort(terms), collapse = " + "), ""))

fuzzy <- function(cases, conditions) {
  values <- matrix(round(runif(cases * conditions), 2), cases)
  values[values == 0.5] <- 0.51
  values
}

# A table of cases: fuzzy or crisp conditions, an outcome that hangs on the first two, with noise.
made <- function(cases, conditions, crisp) {
  x <- fuzzy(cases, conditions)
  y <- pmax(pmin(x[, 1], x[, 2]), pmin(1 - x[, 1], x[, conditions]))
  y <- round(pmin(1, pmax(0, y + rnorm(cases, sd = 0.12))), 2)
  y[y == 0.5] <- 0.49
  if (crisp) { x <- (x > 0.5) * 1; y <- (y > 0.5) * 1 }
  data <- as.data.frame(cbind(x, y))
  names(data) <- c(LETTERS[seq_len(conditions)], "Y")
  data
}

# A table with a condition of three values.
made_multi <- function(cases) {
  data <- data.frame(A = sample(0:2, cases, TRUE), B = sample(0:1, cases, TRUE), C = sample(0:1, cases, TRUE))
  data$Y <- as.integer((data$A == 2 & data$B == 1) | (data$A == 0 & data$C == 1))
  data
}

one <- function(data, inclusion, pri) {
  conditions <- setdiff(names(data), "Y")
  table <- truthTable(data, outcome = "Y", conditions = conditions, incl.cut = inclusion, pri.cut = pri)
  shown <- table$tt[table$tt$n > 0, ]
  columns <- cbind(sapply(shown[, conditions], as.numeric), n = shown$n, incl = as.numeric(shown$incl), pri = as.numeric(shown$PRI), out = as.numeric(shown$OUT))
  complex <- minimize(table)
  simple <- minimize(table, include = "?")
  multi <- any(sapply(data[, conditions], max) > 1)
  between <- character(0)
  if (!multi) {
    hopes <- minimize(table, include = "?", dir.exp = rep(1, length(conditions)))
    between <- unique(unlist(lapply(hopes$i.sol, function(pair) vapply(pair$solution, function(terms) paste(sort(terms), collapse = " + "), ""))))
  }
  fit <- simple$IC
  overall <- if (is.null(fit$overall)) fit$sol.incl.cov else fit$individual[[1]]$sol.incl.cov
  necessity <- if (multi) matrix(NA, 0, 3) else do.call(rbind, lapply(conditions, function(name) as.matrix(pof(paste(name, "<- Y"), data = data)$incl.cov)[1, 1:3]))
  object(
    conditions = text(conditions), data = rows(data), inclusion = inclusion, pri = pri, truth_table = rows(columns),
    conservative = models(complex$solution), parsimonious = models(simple$solution), intermediate = text(between),
    fit = number(unlist(overall)[1:3]), necessity = if (nrow(necessity)) rows(necessity) else "[]"
  )
}

tables <- list()
while (length(tables) < 12) {
  crisp <- length(tables) %% 3 == 2
  data <- made(cases = sample(10:22, 1), conditions = sample(3:5, 1), crisp = crisp)
  found <- try(one(data, inclusion = 0.8, pri = 0.5), silent = TRUE)
  if (!inherits(found, "try-error")) tables[[length(tables) + 1]] <- found
}
for (cases in c(12, 18)) tables[[length(tables) + 1]] <- one(made_multi(cases), inclusion = 0.8, pri = 0.5)

raw <- round(runif(15, 0, 100), 1)
calibrations <- lapply(list(c(20, 45, 80), c(80, 45, 20), c(10, 50.5, 55)), function(anchors)
  object(anchors = number(anchors), memberships = number(calibrate(raw, type = "fuzzy", thresholds = anchors))))
cat(object(
  versions = object(R = sprintf('"%s"', getRversion()), QCA = sprintf('"%s"', packageVersion("QCA"))),
  raw = number(raw),
  calibrations = paste0("[", paste(unlist(calibrations), collapse = ", "), "]"),
  tables = paste0("[\n", paste(unlist(tables), collapse = ",\n"), "\n]")
), "\n")
