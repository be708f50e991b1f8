// Winograd's transforms F(outputs, taps), generated from their points by the Cook–Toom construction, in
// double.
#ifndef R2_WINOGRAD_H
#define R2_WINOGRAD_H

#include "kernels.h"

/// F(2,3), F(4,3), F(7,3), F(8,3), F(2,2), F(4,2), or the two-frame Toeplitz product written F(2,3) with
/// `points` = 3. Zero on success, −1 for any other pair.
int r2_transform_make(int outputs, int taps, r2_transform *t);

/// Two frames of a 3-tap convolution with padding 1: a 2 × 2 Toeplitz matrix in three products.
/// y₀ = w₁(x₀ + x₁) + (w₂ − w₁)x₁, y₁ = w₁(x₀ + x₁) + (w₀ − w₁)x₀.
void r2_transform_make_pair(r2_transform *t);

/// G, row-major [points][taps]: a filter g becomes G·g.
void r2_transform_filter(const r2_transform *t, double g[R2_MAX_POINTS * 3]);

#endif
