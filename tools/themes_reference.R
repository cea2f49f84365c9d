# Makes tests/accuracy/themes_vegan.json: what R's vegan says of how new codes dry up, on made-up documents.
# Usage: Rscript tools/themes_reference.R > tests/accuracy/themes_vegan.json

suppressMessages(library(vegan))
set.seed(20261125)
shown <- function(x) paste0("[", paste(sprintf("%.15g", x), collapse = ", "), "]")

common <- seq(0.6, 0.02, length.out = 30)
held <- matrix(rbinom(25 * 30, 1, rep(common, each = 25)), 25, 30)
held <- held[, colSums(held) > 0]

# The mean over all orders, and the lower bound corrected for bias, here of how often each code is held.
curve <- specaccum(held, method = "exact")$richness
bound <- unname(estimateR(colSums(held))["S.chao1"])

rows <- paste(apply(held, 1, shown), collapse = ",\n ")
cat("{\n\"made_by\": \"tools/themes_reference.R with vegan ", as.character(packageVersion("vegan")), "\",\n", sep = "")
cat("\"held\": [", rows, "],\n", sep = "")
cat("\"curve\": ", shown(curve), ",\n\"bound\": ", sprintf("%.15g", bound), "\n}\n", sep = "")
