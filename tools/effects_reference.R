# Makes tests/accuracy/effects_reference.json: what base R says of small made-up data, for the designs of `effects`.
# Usage: Rscript tools/effects_reference.R > tests/accuracy/effects_reference.json

set.seed(20261124)
shown <- function(x) paste0("[", paste(sprintf("%.15g", x), collapse = ", "), "]")

# An interrupted series with ARMA(1, 1) errors, by arima().
n <- 120
time <- 0:(n - 1)
after <- as.numeric(time >= 80)
design <- cbind(one = 1, time = time, after = after, slope = after * (time - 80))
noise <- as.numeric(arima.sim(list(ar = 0.6, ma = 0.3), n))
series <- as.numeric(design %*% c(20, 0.1, 3, -0.05)) + noise
fit <- arima(series, order = c(1, 0, 1), xreg = design, include.mean = FALSE, method = "ML")
places <- match(c("after", "slope"), names(fit$coef))

# Doubly robust effects, by glm() and lm().
m <- 300
x1 <- rnorm(m)
x2 <- as.numeric(runif(m) < 0.4)
treated <- as.numeric(runif(m) < plogis(0.5 * x1 - 0.3 * x2))
outcome <- 1.5 * treated + x1 + 0.5 * x2 + rnorm(m)
chance <- fitted(glm(treated ~ x1 + x2, family = binomial, control = list(epsilon = 1e-14)))
people <- data.frame(outcome, treated, x1, x2)
under <- predict(lm(outcome ~ x1 + x2, people, subset = treated == 1), people)
without <- predict(lm(outcome ~ x1 + x2, people, subset = treated == 0), people)
scores <- under - without + treated * (outcome - under) / chance -
  (1 - treated) * (outcome - without) / (1 - chance)

# Changes of two sides, by t.test(); a jump between two weighted lines, by lm().
change <- rnorm(40) + rep(c(0, 1), each = 20)
welch <- t.test(change[21:40], change[1:20])
score <- runif(500, -1, 1)
used <- 0.5 * score + 0.7 * (score >= 0) + rnorm(500, sd = 0.3)
near <- abs(score) < 0.6
jump <- coef(lm(used ~ score * I(score >= 0), weights = 1 - abs(score) / 0.6, subset = near))[[3]]

cat("{\n")
cat('"made_by": "tools/effects_reference.R with ', R.version.string, '",\n', sep = "")
cat('"series": {"outcome": ', shown(series), ',\n"level": ', sprintf("%.15g", fit$coef[places[1]]),
  ', "slope": ', sprintf("%.15g", fit$coef[places[2]]),
  ', "level_se": ', sprintf("%.15g", sqrt(fit$var.coef[places[1], places[1]])), "},\n", sep = "")
cat('"alike": {"outcome": ', shown(outcome), ',\n"treated": ', shown(treated), ',\n"x1": ', shown(x1),
  ',\n"x2": ', shown(x2), ',\n"effect": ', sprintf("%.15g", mean(scores)),
  ', "se": ', sprintf("%.15g", sd(scores) / sqrt(m)), "},\n", sep = "")
cat('"changes": {"change": ', shown(change), ',\n"effect": ', sprintf("%.15g", diff(rev(welch$estimate))),
  ', "t": ', sprintf("%.15g", welch$statistic), "},\n", sep = "")
cat('"threshold": {"outcome": ', shown(used), ',\n"running": ', shown(score),
  ',\n"bandwidth": 0.6, "jump": ', sprintf("%.15g", jump), "}\n}\n", sep = "")
