# Makes tests/accuracy/production_reference.json: what R says of production functions, frontiers and envelopment.
# Packages of CRAN: frontier, micEconCES, Benchmarking (all GPL 2 or later; their data with them), clubSandwich, sandwich.
# Rscript tools/production_reference.R > tests/accuracy/production_reference.json
suppressMessages({
  library(frontier)
  library(micEconCES)
  library(Benchmarking)
  library(clubSandwich)
})

numbers <- function(x) paste0("[", paste(ifelse(is.na(x), "null", sprintf("%.12g", x)), collapse = ", "), "]")
part <- function(...) {
  values <- list(...)
  inner <- mapply(function(name, value) sprintf("\"%s\": %s", name, numbers(as.numeric(value))), names(values), values)
  paste0("{", paste(inner, collapse = ",\n  "), "}")
}

# --- constant elasticity of substitution: the least of several starts
ces_of <- function(data, multiplicative) {
  best <- NULL
  for (rho in c(-0.8, -0.4, 0.01, 0.5, 1, 3)) {
    first <- coef(cesEst("output", c("labour", "capital"), data, vrs = TRUE, multErr = multiplicative, rho = rho,
                         method = "LM"))
    start <- c(first[c("gamma", "delta")], rho, first["nu"])
    found <- try(cesEst("output", c("labour", "capital"), data, vrs = TRUE, multErr = multiplicative, method = "LM",
                        start = as.numeric(start),
                        rhoApprox = c(y = 1e-5, gamma = 1e-5, delta = 1e-5, rho = 1e-4, nu = 1e-5),
                        control = nls.lm.control(ftol = 1e-15, ptol = 1e-15, maxiter = 1000)), silent = TRUE)
    if (!inherits(found, "try-error") && (is.null(best) || found$rss < best$rss)) best <- found
  }
  plain <- cesEst("output", c("labour", "capital"), data, vrs = TRUE, multErr = multiplicative, rho = 0, method = "LM")
  part(estimate = coef(best), rss = best$rss, rss_at_one = plain$rss, se = sqrt(diag(vcov(best))))
}

# --- stochastic frontier
sfa_of <- function(formula, data, ...) {
  found <- frontier::sfa(formula, data = data, tol = 1e-12, ...)
  test <- frontier:::lrtest.frontier(found)
  part(estimate = coef(found), se = sqrt(diag(vcov(found))), log_likelihood = logLik(found)[1],
       log_likelihood_ols = logLik(found, which = "OLS")[1], efficiency = frontier::efficiencies(found, asInData = TRUE),
       chisq = test$Chisq[2], p = test[["Pr(>Chisq)"]][2])
}

# --- translog: least squares on centred logs, errors CR2 and test HTZ
translog_of <- function(data) {
  centred <- function(x) log(x) - mean(log(x))
  y <- log(data$output); a <- centred(data$labour); b <- centred(data$capital)
  aa <- a^2 / 2; ab <- a * b; bb <- b^2 / 2
  fit <- lm(y ~ a + b + aa + ab + bb)
  cluster <- rep(1:20, each = 3)
  robust <- coef_test(fit, vcov = "CR2", cluster = cluster)
  test <- Wald_test(fit, constraints = constrain_zero(4:6), vcov = "CR2", cluster = cluster)
  part(estimate = coef(fit), se = robust$SE, df = robust$df_Satt, f = test$Fstat, df_error = test$df_denom, p = test$p_val)
}

# --- envelopment
dea_of <- function(x, y) {
  part(crs_in = eff(dea(x, y, "crs", "in")), vrs_in = eff(dea(x, y, "vrs", "in")),
       crs_out = eff(dea(x, y, "crs", "out")), vrs_out = eff(dea(x, y, "vrs", "out")))
}
boot_of <- function(x, y, rts, orientation) {
  set.seed(1)
  said <- capture.output(found <- dea.boot(x, y, NREP = 2000, RTS = rts, ORIENTATION = orientation, LP = TRUE))
  width <- as.numeric(sub("Bandwidth = ", "", grep("Bandwidth", said, value = TRUE)))
  part(bandwidth = width, corrected = found$eff.bc, low = found$conf.int[, 1], high = found$conf.int[, 2])
}

data(front41Data); data(riceProdPhil); data(charnes1981)
rice <- riceProdPhil
x <- as.matrix(charnes1981[, c("x1", "x2", "x3", "x4", "x5")]); y <- as.matrix(charnes1981[, c("y1", "y2", "y3")])
two <- as.matrix(front41Data[, c("capital", "labour")]); one <- as.matrix(front41Data[, "output", drop = FALSE])
plain <- log(output) ~ log(capital) + log(labour)
parts <- c(
  firms = part(output = front41Data$output, labour = front41Data$labour, capital = front41Data$capital),
  rice = part(unit = rice$FMERCODE, year = rice$YEARDUM, PROD = rice$PROD, AREA = rice$AREA, LABOR = rice$LABOR,
              NPK = rice$NPK, EDYRS = rice$EDYRS, BANRAT = rice$BANRAT),
  schools = part(x = t(x), y = t(y)),
  ces_multiplicative = ces_of(front41Data, TRUE),
  ces_additive = ces_of(front41Data, FALSE),
  half_normal = sfa_of(plain, front41Data),
  truncated = sfa_of(plain, front41Data, truncNorm = TRUE, muBound = Inf),
  rice_half_normal = sfa_of(log(PROD) ~ log(AREA) + log(LABOR) + log(NPK), as.data.frame(rice)),
  rice_determinants = sfa_of(log(PROD) ~ log(AREA) + log(LABOR) + log(NPK) | EDYRS + BANRAT, as.data.frame(rice)),
  translog = translog_of(front41Data),
  dea_schools = dea_of(x, y),
  dea_firms = dea_of(two, one),
  boot_in = boot_of(two, one, "vrs", "in"),
  boot_out = boot_of(two, one, "crs", "out")
)
cat("{\n\"made_by\": \"tools/production_reference.R with ", R.version.string, ", frontier ",
    as.character(packageVersion("frontier")), ", micEconCES ", as.character(packageVersion("micEconCES")),
    ", Benchmarking ", as.character(packageVersion("Benchmarking")), "\",\n", sep = "")
cat(paste0("\"", names(parts), "\": ", parts, collapse = ",\n"), "\n}\n", sep = "")
