# Figures of R's survey, MASS, psych and polycor, on made-up answers, for tests/accuracy/test_survey_r.py:
#   Rscript tools/survey_reference.R > tests/accuracy/survey_reference.json
# Needs R >= 4.2 with survey 4.1, MASS, psych 2.2 and polycor 0.8 (Debian: r-cran-survey, -mass, -psych, -polycor).
suppressMessages({library(survey); library(MASS); library(psych); library(polycor)})
options(survey.lonely.psu = "adjust")
set.seed(20)

json <- function(x) {
  if (is.list(x)) {
    parts <- vapply(names(x), function(name) sprintf("\"%s\": %s", name, json(x[[name]])), "")
    return(sprintf("{%s}", paste(parts, collapse = ",\n ")))
  }
  told <- if (is.character(x)) sprintf("\"%s\"", x) else vapply(x, function(v) format(v, digits = 15), "")
  if (length(x) == 1) told else sprintf("[%s]", paste(told, collapse = ", "))
}

n <- 320
stratum <- rep(1:5, each = n / 5)
psu <- rep(1:40, each = n / 40)
group <- rbinom(n, 1, 0.45)
band <- sample(0:2, n, TRUE, c(0.3, 0.4, 0.3))
weight <- round(exp(rnorm(n, 0, 0.4)) * (1 + 0.5 * (stratum == 2)), 3)
place <- rnorm(40, 0, 0.5)[psu]
x <- round(rnorm(n) + 0.3 * group, 3)
latent <- 0.7 * x - 0.5 * group + 0.3 * (band == 2) + place + rlogis(n)
step <- cut(latent, c(-Inf, -1, 0.2, 1.5, Inf), labels = FALSE) - 1
trait <- rnorm(n) + place
items <- sapply(c(0.9, 0.7, 0.8, 0.5), function(loading)
  findInterval(loading * trait + rnorm(n, 0, 0.7), c(-1.3, -0.4, 0.4, 1.2)) + 1)
d <- data.frame(stratum, psu, weight, group, band = factor(band), x, step, yes = as.numeric(step > 1),
                ordered = factor(step, ordered = TRUE), items)
design <- svydesign(ids = ~psu, strata = ~stratum, weights = ~weight, data = d)

out <- list(made_by = paste("tools/survey_reference.R with", R.version.string, "survey", packageVersion("survey"),
                            "MASS", packageVersion("MASS"), "psych", packageVersion("psych"), "polycor",
                            packageVersion("polycor")))
out$data <- list(stratum = stratum, psu = psu, weight = weight, group = group, band = band, x = x, step = step,
                 item1 = items[, 1], item2 = items[, 2], item3 = items[, 3], item4 = items[, 4])
m <- svymean(~x, design)
out$mean <- list(value = coef(m)[[1]], se = SE(m)[[1]], df = degf(design))
t <- svytotal(~x, design)
out$total <- list(value = coef(t)[[1]], se = SE(t)[[1]])
p <- svyciprop(~yes, design, method = "logit")
out$share <- list(value = coef(p)[[1]], low = attr(p, "ci")[[1]], high = attr(p, "ci")[[2]])
sub <- subset(design, group == 1 & band == 2)
m <- svymean(~x, sub)
out$domain <- list(value = coef(m)[[1]], se = SE(m)[[1]], df = degf(sub))
r <- svyratio(~yes, ~weight, design)
out$ratio <- list(value = coef(r)[[1]], se = SE(r)[[1]])
b <- svyby(~yes, ~group, design, svymean, covmat = TRUE)
k <- svycontrast(b, c("0" = -1, "1" = 1))
out$difference <- list(value = coef(k)[[1]], se = SE(k)[[1]])
# Woodruff's limits around the wanted share itself (confint.svyquantile takes them around the share up to the estimate,
# which ties and steps make a little larger).
at <- c(0.25, 0.5)
quantile_at <- function(p) coef(svyquantile(~x, design, p, ci = FALSE, qrule = "math"))[[1]]
q <- sapply(at, quantile_at)
half <- qt(0.975, degf(design)) * sapply(q, function(v) SE(svymean(~as.numeric(x <= v), update(design, v = v)))[[1]])
out$quantile <- list(value = q, low = sapply(at - half, quantile_at), high = sapply(at + half, quantile_at))
lone <- svydesign(ids = ~psu, strata = ~ifelse(psu == 40, 6, stratum), weights = ~weight, data = d)
m <- svymean(~x, lone)
out$lone <- list(value = coef(m)[[1]], se = SE(m)[[1]])

# Margins: of group and of band
target <- c(`(Intercept)` = sum(weight), group = 0.5 * sum(weight), band1 = 0.3 * sum(weight),
            band2 = 0.45 * sum(weight))
raked <- calibrate(design, ~group + band, target, calfun = "raking", epsilon = 1e-12)
m <- svymean(~x + yes, raked)
out$raked <- list(weight = weights(raked), value = coef(m), se = SE(m))
post <- postStratify(design, ~band, data.frame(band = factor(0:2), Freq = c(0.25, 0.3, 0.45) * sum(weight)))
m <- svymean(~x + yes, post)
out$post <- list(value = coef(m), se = SE(m))
g <- svyglm(yes ~ x, raked, family = quasibinomial, control = list(epsilon = 1e-13, maxit = 50))
out$raked_logit <- list(value = coef(g), se = SE(g))

g <- svyglm(yes ~ x + group + band, design, family = quasibinomial, control = list(epsilon = 1e-13, maxit = 50))
out$logit <- list(value = coef(g), se = SE(g), df = g$df.residual)
w <- suppressWarnings(polr(ordered ~ x + group + band, d, weights = weight, control = list(reltol = 1e-15, maxit = 500)))
o <- svyolr(ordered ~ x + group + band, design, start = c(w$coefficients, w$zeta))
out$ordinal <- list(coefficients = w$coefficients, thresholds = w$zeta, se = sqrt(diag(vcov(o))))
o <- polr(ordered ~ x + group + band, d, control = list(reltol = 1e-15, maxit = 500))
out$polr <- list(coefficients = o$coefficients, thresholds = o$zeta)

a <- suppressMessages(suppressWarnings(psych::alpha(as.data.frame(items), warnings = FALSE)))
out$alpha <- a$total$raw_alpha
f <- psych::fa(cor(items), nfactors = 1, fm = "minres")
out$loadings <- as.numeric(f$loadings)
out$polychoric <- c(polychor(table(items[, 1], items[, 2])), polychor(table(items[, 1], items[, 4])),
                    polychor(table(items[, 3], items[, 4])))
cat(json(out), "\n")
