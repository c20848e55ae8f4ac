# Makes reference_survival_r.csv: Rscript reference_survival.R > reference_survival_r.csv (R 4.2.2, survival 3.5-3).
# Columns: data set; column and value of the group, or column of the arms; stratum; what; its parameter; the number.
library(survival)
read <- function(name) {
  d <- read.csv(file.path("data", paste0(name, ".csv")), comment.char = "#")
  if (name == "pbc") d$event <- as.integer(d$outcome == 2)
  d
}
say <- function(...) cat(paste(..., sep = ","), "\n", sep = "")
number <- function(x) ifelse(is.na(x), "NA", sprintf("%.15g", x))
say("data", "column", "group", "what", "parameter", "number")

curves <- function(name, column, group, days) {
  p <- read(name)
  p <- p[p[[column]] == group, ]
  for (type in c("log-log", "log", "plain")) {
    f <- survfit(Surv(days, event) ~ 1, data = p, conf.type = type)
    s <- summary(f, times = days)
    for (i in seq_along(s$time)) {
      at <- paste0(type, " ", s$time[i])
      say(name, column, group, "low", at, number(s$lower[i]))
      say(name, column, group, "high", at, number(s$upper[i]))
      if (type == "log-log") {
        say(name, column, group, "survival", s$time[i], number(s$surv[i]))
        say(name, column, group, "error", s$time[i], number(s$std.err[i]))
        say(name, column, group, "at risk", s$time[i], number(s$n.risk[i]))
      }
    }
    for (share in c(.25, .5, .75)) {
      q <- quantile(f, share)
      at <- paste(type, share)
      say(name, column, group, "time", at, number(q$quantile))
      say(name, column, group, "time low", at, number(q$lower))
      say(name, column, group, "time high", at, number(q$upper))
    }
  }
  for (tau in days) {
    t <- summary(f, rmean = tau)$table
    say(name, column, group, "mean", tau, number(t[["rmean"]]))
    say(name, column, group, "mean error", tau, number(t[["se(rmean)"]]))
  }
  r <- survfit(Surv(days, 1 - event) ~ 1, data = p, conf.type = "log-log")
  say(name, column, group, "follow-up", .5, number(quantile(r, .5)$quantile))
}
curves("lung", "sex", 1, c(30, 180, 365, 700))
curves("lung", "sex", 2, c(90, 180, 365, 700))
curves("veteran", "treatment", 1, c(30, 90, 180, 365))
curves("veteran", "treatment", 2, c(30, 90, 180, 365))
curves("ovarian", "rx", 1, c(365, 500, 770))
curves("ovarian", "rx", 2, c(365, 500, 770))
curves("pbc", "treatment", 1, c(365, 1500, 3000, 4000))
curves("pbc", "treatment", 2, c(365, 1500, 3000, 4000))

tests <- function(name, column, stratum = "") {
  p <- read(name)
  if (stratum != "") p <- p[!is.na(p[[stratum]]), ]
  terms <- if (stratum == "") column else paste0(column, " + strata(", stratum, ")")
  for (rho in c(0, .5, 1)) {
    t <- survdiff(as.formula(paste("Surv(days, event) ~", terms)), data = p, rho = rho)
    say(name, column, stratum, "chi2", rho, number(t$chisq))
    expected <- if (is.matrix(t$exp)) rowSums(t$exp) else t$exp
    say(name, column, stratum, "expected 0", rho, number(expected[1]))
    say(name, column, stratum, "variance 0", rho, number(t$var[1, 1]))
  }
}
tests("lung", "sex")
tests("lung", "sex", "ecog")
tests("lung", "ecog")
tests("veteran", "treatment")
tests("veteran", "treatment", "cell")
tests("veteran", "cell")
tests("veteran", "cell", "treatment")
tests("ovarian", "rx")
tests("ovarian", "rx", "residual")
tests("pbc", "treatment")
