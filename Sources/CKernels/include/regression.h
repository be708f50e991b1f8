// Logistic regression on rows of features, in double: value and gradient of the loss, and the matrix of
// second moments of the features. Rows are cut into chunks by their number alone and summed in a fixed order,
// so that every number of threads gives the same bits.
#ifndef R2_REGRESSION_H
#define R2_REGRESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels.h"
#include "threads.h"

/// Softmax: one class a row. Sigmoids: every class of its own, yes or no.
typedef enum { R2_SOFTMAX, R2_SIGMOIDS } r2_loss;

/// Row i is x[index[i]·features …], of which feature f counts as (x − centre[f]) · scale[f]; behind the last
/// one stands a 1, for the intercept. Weights and gradients lie in panels of 8 classes:
/// [panel][features + 1][8], those of the last panel padded.
typedef struct {
  const float *x;
  const int32_t *index;
  const double *centre, *scale;
  int rows, features, classes;
  r2_loss loss;
  /// Softmax: the class of each row.
  const int32_t *row_class;
  /// Sigmoids: [rows][classes], 1 for yes.
  const uint8_t *targets;
  const double *row_weight;
  /// Sigmoids: [2][classes], what a no and a yes count; multiplies the row's weight.
  const double *answer_weight;
} r2_regression;

/// Moments of more features than this take too much memory.
enum { R2_MOMENTS_LIMIT = 1024 };

/// Doubles of weights, and of a gradient.
size_t r2_regression_weights(const r2_regression *);
/// Bytes that `evaluate` and `moments` work in, for `threads`; 64-byte lines.
size_t r2_regression_scratch(const r2_regression *, int threads);

/// Σ over rows of weight · loss, and its gradient.
double r2_regression_evaluate(const r2_regression *, const r2_kernels *, r2_team *, const double *weights,
                              double *gradient, void *scratch);
/// Σ over rows of weight · x·xᵀ: [features + 1][r2_regression_pitch]; of at most R2_MOMENTS_LIMIT features.
void r2_regression_moments(const r2_regression *, const r2_kernels *, r2_team *, double *moments,
                           void *scratch);
/// Doubles from one row of moments to the next.
size_t r2_regression_pitch(const r2_regression *);
/// to = matrix · from, where `matrix` is [features + 1][pitch], and the others are like weights.
void r2_regression_multiply(const r2_regression *, const r2_kernels *, r2_team *, const double *matrix,
                            const double *from, double *to);

/// logits[k] = intercepts[k] + Σ over features of weights[k][f] · x[f], of one row.
void r2_row_logits(const float *x, int features, const double *weights, const double *intercepts, int classes,
                   double *logits);
/// gradient = factor · gradient + penalty · weights, of the features alone; returns penalty · Σ weight².
double r2_penalize(const r2_regression *, double penalty, double factor, const double *weights,
                   double *gradient);
/// Inverts a symmetric positive matrix in its place; rows lie `pitch` doubles apart, `line` holds one. False
/// where it is not positive.
bool r2_invert(double *matrix, size_t size, size_t pitch, double *line);
/// sums[f] += row[f], and squares[f] += (row[f] − mean[f])².
void r2_add_row(const float *row, size_t count, double *sums);
void r2_add_squares(const float *row, size_t count, const double *mean, double *squares);
/// Σ a·b.
double r2_dot(const double *a, const double *b, size_t count);
/// to += factor · from.
void r2_add_scaled(double *to, double factor, const double *from, size_t count);

#endif
