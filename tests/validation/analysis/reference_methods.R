# Makes reference_methods_r.csv: Rscript reference_methods.R > reference_methods_r.csv
# (R 4.2.2, survival 3.5-3, cmprsk 2.2-11). Columns: data set, method, what of it, number.
# coxph stops when its likelihood changes by less than one part in 10^9: it is started again at its own end for one more
# step. A smaller limit is no help: near rounding its own step halving ends it too soon, up to 1e-7 off in large data.
suppressMessages({library(survival); library(cmprsk)})
exact.fit <- survival:::coxexact.fit
say <- function(method, what, number) cat(sprintf("%s,%s,%s,%s\n", name, method, what,
                                                  ifelse(is.na(number), "NA", sprintf("%.15g", number))), sep = "")

curves <- function(d, arm) {
  for (type in c("log-log", "log", "plain")) {
    f <- survfit(Surv(days, event) ~ 1, d, conf.type = type)
    at <- unique(quantile(f$time, c(.1, .5, .9), type = 1, names = FALSE))
    s <- summary(f, times = at)
    if (type == "plain") {
      say("survival", paste(arm, type, at, "survival"), s$surv)
      say("survival", paste(arm, type, at, "error"), s$std.err)
    }
    say("survival", paste(arm, type, at, "low"), s$lower)
    say("survival", paste(arm, type, at, "high"), s$upper)
    q <- quantile(f, c(.25, .5, .75))
    for (what in c("quantile", "lower", "upper")) say("time", paste(arm, type, c(.25, .5, .75), what), q[[what]])
  }
  for (tau in unique(c(floor(max(f$time) / 2) + .5, max(f$time)))) {
    m <- summary(f, rmean = tau)$table
    say("restricted mean", paste(arm, tau, c("mean", "error")), m[c("rmean", "se(rmean)")])
  }
}

tests <- function(d, strata) for (rho in c(0, .5, 1)) {
  model <- if (strata) Surv(days, event) ~ arm + strata(stratum) else Surv(days, event) ~ arm
  t <- survdiff(model, d, rho = rho)
  expected <- if (is.matrix(t$exp)) rowSums(t$exp) else t$exp
  say("log-rank", paste(strata, rho, c("chi2", "expected", "variance")), c(t$chisq, expected[1], t$var[1, 1]))
}

cox <- function(d, strata, ties, x, label) {
  model <- if (strata) Surv(days, event) ~ x + strata(stratum) else Surv(days, event) ~ x
  first <- coxph(model, d, ties = ties)
  f <- coxph(model, d, ties = ties, init = first$coefficients, control = coxph.control(iter.max = 1))
  key <- paste(strata, ties, label)
  say("Cox", paste(key, "coefficient", seq_along(coef(f))), coef(f))
  say("Cox", paste(key, "covariance", seq_along(f$var)), as.vector(f$var))
  say("Cox", paste(key, c("null", "maximum", "score", "wald")),
      c(first$loglik[1], f$loglik[2], first$score, coef(f) %*% solve(f$var, coef(f))))
  if (ties != "exact") for (time in c("km", "identity", "rank", if (all(d$days[d$event == 1] > 0)) "log")) {
    z <- cox.zph(f, time, terms = FALSE)$table[, 1]
    say("proportional hazards", paste(key, time, seq_along(z)), z)
  }
  if (ncol(x) == 1) profile(d, strata, ties, x, f, key)
}

profile <- function(d, strata, ties, x, f, key) {
  fit <- if (ties == "exact") exact.fit else coxph.fit
  storage.mode(x) <- "double"
  fallen <- function(b) {
    at <- fit(x, Surv(d$days, d$event), if (strata) d$stratum, NULL, b, coxph.control(iter.max = 0), NULL, ties, NULL)
    2 * (f$loglik[2] - at$loglik[2]) - qchisq(.95, 1)
  }
  for (side in c(-1, 1)) {
    ends <- sort(coef(f) + side * c(0, 6) * sqrt(f$var[1]))
    say("profile", paste(key, side), uniroot(fallen, ends, tol = 1e-15, maxiter = 500)$root)
  }
}

competing <- function(d, causes) {
  test <- cuminc(d$days, d$cause, d$arm)
  stratified <- cuminc(d$days, d$cause, d$arm, d$stratum)
  say("Gray", paste("FALSE", causes), test$Tests[as.character(causes), 1])
  say("Gray", paste("TRUE", causes), stratified$Tests[as.character(causes), 1])
  for (arm in sort(unique(d$arm))) for (cause in causes) {
    own <- d[d$arm == arm, ]
    f <- survfit(Surv(days, factor(cause, 0:max(d$cause))) ~ 1, own, conf.type = "log-log")
    at <- unique(quantile(own$days[own$cause > 0], c(.3, .6, 1), type = 1, names = FALSE))
    s <- summary(f, times = at)
    state <- match(as.character(cause), f$states)
    say("incidence", paste(cause, arm, at, "incidence"), s$pstate[, state])
    say("incidence", paste(cause, arm, at, "error"), s$std.err[, state])
    curve <- test[paste(arm, cause)]
    if (!is.null(curve[[1]])) say("incidence", paste(cause, arm, at, "aalen"), as.vector(timepoints(curve, at)$var))
  }
  # crr looks at the censoring just before a day as days * (1 - eps), which is no earlier on day 0: days are moved by 1.
  if (nrow(d) > 20) for (cause in causes) {
    x <- covariates(d)
    f <- crr(d$days + 1, d$cause, x, failcode = cause, gtol = 1e-12, maxiter = 100)
    for (more in 1:2) {
      b <- f$coef + as.vector(solve(f$inf, f$score))
      f <- suppressWarnings(crr(d$days + 1, d$cause, x, failcode = cause, init = b, maxiter = 0))
      f$coef <- b
    }
    say("Fine-Gray", paste(cause, "coefficient", seq_along(f$coef)), f$coef)
    say("Fine-Gray", paste(cause, "covariance", seq_along(f$var)), as.vector(f$var))
    say("Fine-Gray", paste(cause, c("null", "maximum")), c(f$loglik.null, f$loglik))
  }
}

arms <- function(d) sapply(sort(unique(d$arm))[-1], function(a) as.numeric(d$arm == a))
# Numbers far from 0 lose digits in crr; the place of a covariate changes no coefficient.
covariates <- function(d) if (is.null(d$x1)) arms(d) else cbind(arms(d), d$x1 - round(mean(d$x1)))

cat("data,method,what,number\n")
for (name in c("aml", "bladder", "cgd", "kidney", "rats", "stanford", "made-ties", "made-long", "made-seven")) {
  d <- read.csv(file.path("data", paste0(name, ".csv")), comment.char = "#")
  for (arm in sort(unique(d$arm))) curves(d[d$arm == arm, ], arm)
  for (strata in unique(c(FALSE, length(unique(d$stratum)) > 1))) {
    tests(d, strata)
    for (ties in c("breslow", "efron", "exact")) {
      cox(d, strata, ties, arms(d), "arms")
      if (!is.null(d$x1)) cox(d, strata, ties, covariates(d), "adjusted")
    }
  }
  if (!is.null(d$cause)) competing(d, sort(setdiff(d$cause, 0)))
}
