# Reference values of meta-analysis by metafor and clubSandwich: one line a quantity, "path<TAB>numbers".
# Its iterations are tightened, so that what is compared are estimates and not stopping rules.
suppressMessages({library(metafor); library(clubSandwich)})
options(warn = -1)

put <- function(path, values) cat(path, "\t", paste(sprintf("%.12g", as.numeric(values)), collapse = " "), "\n", sep = "")
word <- function(path, value) cat(path, "\t\"", value, "\"\n", sep = "")
word("versions/R", as.character(getRversion()))
for (name in c("metafor", "metadat", "clubSandwich")) word(paste0("versions/", name), as.character(packageVersion(name)))

tight <- function(method) {
  if (method %in% c("REML", "ML", "EB")) list(threshold = 1e-13, maxiter = 100000)
  else if (method == "PM") list(tol = 1e-13, maxiter = 100000) else list()
}
fit <- function(data, method = "REML", test = "knha", mods = NULL) {
  if (is.null(mods)) rma(data$yi, data$vi, method = method, test = test, control = tight(method))
  else rma(data$yi, data$vi, mods = mods, method = method, test = test, control = tight(method))
}
METHODS <- c("REML", "ML", "DL", "PM", "HE", "SJ", "EB", "FE")
name_of <- function(method) if (method == "FE") "fixed" else method

# --- data -------------------------------------------------------------------------------------------------------------
bangert <- dat.bangertdrowns2004
gibson <- dat.gibson2002
smd <- escalc("SMD", m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i, data = subset(gibson, !is.na(m1i)))
rr <- escalc("RR", ai = ai, bi = bi, ci = ci, di = di, data = subset(gibson, !is.na(ai)))
arms <- dat.hasselblad1998
control <- subset(arms, trt == "no_contact")
treated <- subset(arms, trt != "no_contact" & study %in% control$study)
against <- control[match(treated$study, control$study), ]
odds <- escalc("OR", ai = treated$xi, n1i = treated$ni, ci = against$xi, n2i = against$ni)
odds$study <- treated$study
odds$trt <- treated$trt
bcg <- escalc("RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
sets <- list(bangertdrowns2004 = bangert, gibson2002_smd = smd, gibson2002_rr = rr, hasselblad1998_or = odds, bcg = bcg)

# facts of the trials of BCG (Colditz et al. 1994, JAMA 271, 698-702) and of modified school calendars
# (Konstantopoulos 2011, Research Synthesis Methods 2, 61-76)
for (column in c("yi", "vi", "ablat", "year", "tpos", "tneg", "cpos", "cneg")) put(paste0("data/bcg/", column), bcg[[column]])
put("data/bcg/random", bcg$alloc == "random")
put("data/bcg/systematic", bcg$alloc == "systematic")
calendar <- dat.konstantopoulos2011
for (column in c("yi", "vi", "district", "school", "year")) put(paste0("data/calendar/", column), calendar[[column]])
set.seed(20261124)
simulated <- data.frame(region = rep(1:6, times = c(9, 14, 4, 20, 7, 11)))
simulated$study <- c(1, 1, 1, 2, 2, 3, 4, 4, 4, rep(5:9, c(2, 5, 1, 3, 3)), 10, 10, 11, 12, rep(13:18, c(6, 1, 4, 2, 5, 2)),
                     rep(19:21, c(1, 3, 3)), rep(22:25, c(2, 2, 6, 1)))
simulated$effect <- seq_len(nrow(simulated))
simulated$x <- round(rnorm(nrow(simulated)), 3)
simulated$vi <- round(runif(nrow(simulated), 0.01, 0.15), 4)
simulated$yi <- round(0.3 + 0.2 * simulated$x + rnorm(6, 0, 0.4)[simulated$region] + rnorm(25, 0, 0.3)[simulated$study] +
                      rnorm(nrow(simulated), 0, sqrt(0.04 + simulated$vi)), 4)
for (column in names(simulated)) put(paste0("data/simulated/", column), simulated[[column]])

# --- pooling ----------------------------------------------------------------------------------------------------------
for (set in names(sets)) {
  for (method in METHODS) {
    at <- function(...) paste("pool", set, name_of(method), ..., sep = "/")
    for (test in c("z", "knha", "adhoc")) {
      model <- fit(sets[[set]], method, test)
      put(at(test), c(model$b, model$se, model$zval, model$pval, model$ci.lb, model$ci.ub))
    }
    for (test in c("z", "knha")) if (method != "FE") {
      predicted <- predict(fit(sets[[set]], method, test))
      put(at(paste0("prediction_", test)), c(predicted$pi.lb, predicted$pi.ub))
    }
    put(at("tau2"), model$tau2)
    put(at("QE"), c(model$QE, model$QEp))
    put(at("I2"), model$I2)
    put(at("H2"), model$H2)
    put(at("log_likelihood"), logLik(model))
    put(at("weights"), weights(model))
    if (method != "FE") {
      limits <- confint(model, control = list(tol = 1e-14, maxiter = 10000, tau2.max = 1000))$random
      put(at("tau2_interval"), limits["tau^2", c("ci.lb", "ci.ub")])
      put(at("I2_interval"), limits["I^2(%)", c("ci.lb", "ci.ub")])
      put(at("H2_interval"), limits["H^2", c("ci.lb", "ci.ub")])
    }
  }
}

# --- Peto's odds ratio ----------------------------------------------------------------------------------------------------
tables <- list(bcg = with(bcg, list(tpos, tneg, cpos, cneg)), gibson2002 = with(subset(gibson, !is.na(ai)), list(ai, bi, ci, di)))
for (set in names(tables)) {
  cells <- tables[[set]]
  model <- rma.peto(ai = cells[[1]], bi = cells[[2]], ci = cells[[3]], di = cells[[4]])
  put(paste0("peto/", set), c(model$b, model$se, model$pval, model$ci.lb, model$ci.ub, model$QE))
}

# --- meta-regression ----------------------------------------------------------------------------------------------------
complete <- subset(bangert, !is.na(length) & !is.na(feedback))
regressions <- list(
  bcg = list(data = bcg, mods = cbind(ablat = bcg$ablat, random = bcg$alloc == "random", systematic = bcg$alloc == "systematic")),
  bcg_ablat = list(data = bcg, mods = cbind(ablat = bcg$ablat)),
  bangertdrowns2004 = list(data = complete, mods = model.matrix(~ factor(grade) + length + feedback, complete)[, -1]))
for (set in names(regressions)) {
  chosen <- regressions[[set]]
  for (method in METHODS) for (test in c("z", "knha")) {
    model <- fit(chosen$data, method, test, chosen$mods)
    at <- function(...) paste("regression", set, name_of(method), test, ..., sep = "/")
    put(at("coefficients"), model$b)
    put(at("se"), model$se)
    put(at("p"), model$pval)
    put(at("low"), model$ci.lb)
    put(at("high"), model$ci.ub)
    put(at("QM"), c(model$QM, model$QMp))
    put(at("QE"), c(model$QE, model$QEp))
    put(at("tau2"), model$tau2)
    put(at("I2"), model$I2)
    put(at("H2"), model$H2)
    put(at("log_likelihood"), logLik(model))
    if (method != "FE") put(at("R2"), model$R2)
    if (method == "REML") {
      put(at("hat"), hatvalues(model))
      gone <- influence(model)
      put(at("rstudent"), gone$inf$rstudent)
      put(at("dffits"), gone$inf$dffits)
      put(at("cook"), gone$inf$cook.d)
      put(at("tau2_without"), gone$inf$tau2.del)
      put(at("QE_without"), gone$inf$QE.del)
    }
  }
}
for (set in c("bangertdrowns2004", "gibson2002_smd", "bcg")) for (method in METHODS) {
  model <- fit(sets[[set]], method, "knha")
  left <- leave1out(model)
  at <- function(...) paste("leave_one_out", set, name_of(method), ..., sep = "/")
  put(at("estimate"), left$estimate)
  put(at("se"), left$se)
  put(at("low"), left$ci.lb)
  put(at("high"), left$ci.ub)
  put(at("Q"), left$Q)
  if (method != "FE") put(at("tau2"), left$tau2)
  if (method == "REML") {
    gone <- influence(model)
    for (name in c("rstudent", "dffits", "cook.d", "hat", "tau2.del", "QE.del")) put(paste("influence", set, name, sep = "/"), gone$inf[[name]])
  }
}

# --- nested effects -----------------------------------------------------------------------------------------------------
# `free`: the places in the optimiser's vector; that of rma.mv has four beside the variances of nested effects.
careful <- function(free) list(optimizer = "optim", optmethod = "BFGS", reltol = 1e-16, ndeps = rep(1e-4, free), maxit = 20000)
nested <- function(path, data, random, mods = ~ 1, method = "REML", cluster = NULL, limits = FALSE) {
  free <- length(all.vars(random))
  model <- rma.mv(yi, vi, random = random, mods = mods, data = data, method = method, test = "t", dfs = "residual", control = careful(free + 4))
  at <- function(...) paste("nested", path, method, ..., sep = "/")
  put(at("sigma2"), model$sigma2)
  put(at("coefficients"), model$b)
  put(at("se"), model$se)
  put(at("low"), model$ci.lb)
  put(at("high"), model$ci.ub)
  put(at("covariance"), model$vb)
  put(at("log_likelihood"), logLik(model))
  put(at("QE"), c(model$QE, model$QEp))
  put(at("QM"), c(model$QM, model$QMp))
  predicted <- predict(model, newmods = if (model$p > 1) rep(0, model$p - 1) else NULL)
  put(at("prediction"), c(predicted$pi.lb[1], predicted$pi.ub[1]))
  if (limits) for (component in seq_along(model$sigma2)) {
    loose <- rma.mv(yi, vi, random = random, mods = mods, data = data, method = method)
    found <- confint(loose, sigma2 = component, control = list(tol = 1e-12, maxiter = 10000))$random[1, ]
    put(at("interval", component), found[c("ci.lb", "ci.ub")])
  }
  if (!is.null(cluster)) {
    robust <- coef_test(model, vcov = "CR2", cluster = cluster, test = "Satterthwaite")
    put(at("cr2_se"), robust$SE)
    put(at("cr2_df"), robust$df_Satt)
    put(at("cr2_p"), robust$p_Satt)
  }
}
for (method in c("REML", "ML")) {
  nested("calendar", calendar, ~ 1 | district/school, method = method, cluster = calendar$district, limits = TRUE)
  nested("calendar_year", calendar, ~ 1 | district/school, mods = ~ I(year - 1976), method = method, cluster = calendar$district)
  nested("simulated", simulated, ~ 1 | study/effect, method = method, cluster = simulated$study, limits = TRUE)
  nested("simulated_x", simulated, ~ 1 | region/study/effect, mods = ~ x, method = method, cluster = simulated$region)
  nested("hasselblad1998_or", transform(odds, arm = seq_along(study)), ~ 1 | study/arm, method = method, cluster = odds$study)
}
# sampling errors of one study that go together
together <- impute_covariance_matrix(vi = simulated$vi, cluster = simulated$study, r = 0.6)
model <- rma.mv(yi, together, random = ~ 1 | study/effect, mods = ~ x, data = simulated, test = "t", control = careful(2 + 4))
put("nested/correlated/REML/sigma2", model$sigma2)
put("nested/correlated/REML/coefficients", model$b)
put("nested/correlated/REML/se", model$se)
put("nested/correlated/REML/log_likelihood", logLik(model))
put("nested/correlated/REML/QE", c(model$QE, model$QEp))
robust <- coef_test(model, vcov = "CR2", cluster = simulated$study, test = "Satterthwaite")
put("nested/correlated/REML/cr2_se", robust$SE)
put("nested/correlated/REML/cr2_df", robust$df_Satt)

# --- CR2 of models without levels ----------------------------------------------------------------------------------------
clustered <- function(path, model, cluster) {
  robust <- coef_test(model, vcov = "CR2", cluster = cluster, test = "Satterthwaite")
  put(paste0("robust/", path, "/se"), robust$SE)
  put(paste0("robust/", path, "/df"), robust$df_Satt)
  put(paste0("robust/", path, "/p"), robust$p_Satt)
  if (model$p > 1) {
    wald <- Wald_test(model, constraints = constrain_zero(2:model$p), vcov = "CR2", cluster = cluster, test = "HTZ")
    put(paste0("robust/", path, "/wald"), c(wald$Fstat, wald$df_num, wald$df_denom, wald$p_val))
  }
}
clustered("hasselblad1998_or", fit(odds), odds$study)
clustered("simulated_region", rma(yi, vi, data = simulated, control = tight("REML")), simulated$region)
clustered("simulated_study_x", rma(yi, vi, mods = ~ x, data = simulated, control = tight("REML")), simulated$study)
clustered("simulated_study_x_region", rma(yi, vi, mods = ~ x + factor(region), data = simulated, control = tight("REML")), simulated$study)

# --- bias ------------------------------------------------------------------------------------------------------------------
for (set in names(sets)) {
  data <- sets[[set]]
  at <- function(...) paste("bias", set, ..., sep = "/")
  for (predictor in c("sei", "vi")) {
    line <- regtest(data$yi, data$vi, model = "lm", predictor = predictor)
    put(at("regtest_lm", predictor), c(line$zval, line$dfs, line$pval, line$est, line$ci.lb, line$ci.ub))
    put(at("regtest_lm", paste0(predictor, "_coefficients")), coef(summary(line$fit)))
    line <- regtest(data$yi, data$vi, model = "rma", predictor = predictor, control = tight("REML"))
    put(at("regtest_rma", predictor), c(line$zval, line$pval, line$est, line$ci.lb, line$ci.ub))
  }
  rank <- ranktest(data$yi, data$vi)
  put(at("ranktest"), c(rank$tau, rank$pval))
  for (method in c("REML", "DL", "FE")) for (estimator in c("L0", "R0")) {
    filled <- try(trimfill(fit(data, method, "z"), estimator = estimator, maxiter = 1000), silent = TRUE)
    if (inherits(filled, "try-error")) next
    put(at("trimfill", name_of(method), estimator), c(filled$k0, filled$se.k0, filled$side == "right", filled$b, filled$se, filled$ci.lb, filled$ci.ub, filled$tau2, filled$QE))
  }
  for (steps in list(0.025, c(0.025, 0.5), 0.5)) for (way in c("greater", "less")) {
    model <- try(selmodel(rma(data$yi, data$vi, method = "ML", control = tight("ML")), type = "stepfun", steps = steps, alternative = way,
                          control = careful(3 + length(steps))), silent = TRUE)
    if (inherits(model, "try-error")) next
    put(at("selection", paste(steps, collapse = "_"), way), c(model$b, model$se, model$tau2, model$delta, model$LRT, model$LRTdf, model$LRTp))
    put(at("selection", paste(steps, collapse = "_"), paste0(way, "_se_delta")), model$se.delta)
    put(at("selection", paste(steps, collapse = "_"), paste0(way, "_log_likelihood")), logLik(model))
  }
  for (test in c("z", "knha")) {
    grown <- cumul(fit(data, "REML", test))
    for (name in c("estimate", "se", "ci.lb", "ci.ub", "tau2")) put(at("cumulative", test, name), grown[[name]])
  }
}
