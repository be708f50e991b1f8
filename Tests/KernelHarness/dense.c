#include <math.h>
#include <stdio.h>

#include "guarded.h"
#include "kernel_harness.h"

static const dense_case cases[] = {
    // one, fewer and more than the rows of a tile of any set, and the rest of one
    {1, 1, 1, 0},
    {1, 7, 2, 0},
    {3, 5, 1, 1},
    {4, 16, 3, 0},
    {7, 33, 2, 1},
    {13, 9, 1, 0},
    {27, 40, 2, 0},
    {29, 3, 4, 1},
    {112, 65, 7, 0},
    {113, 12, 1, 1},
    // a block of rows of 512 features and 400 classes: logits, and gradient
    {112, 513, 50, 0},
    {513, 112, 50, 1},
    // nothing to add
    {5, 0, 2, 0},
};

const dense_case *dense_case_at(size_t number) { return cases + number; }
size_t dense_case_count(void) { return sizeof cases / sizeof cases[0]; }

void dense_case_describe(const dense_case *c, char *text, size_t size) {
  snprintf(text, size, "dense, %d rows × %d, %d panels%s", c->rows, c->depth, c->panels,
           c->by_columns ? ", by columns" : "");
}

// From −1 to 1.
static double value(size_t number) { return (double)((number * 2654435761u) >> 8 & 0xffff) / 32768 - 1; }

typedef struct {
  r2_dense product;
  size_t a, b, c;
} operands;

// Rows and panels lie further apart than they have to, but for the last ones: what is between is not theirs.
static operands operands_of(const dense_case *t) {
  ptrdiff_t rows = t->rows, depth = t->depth;
  r2_dense p = {.rows = t->rows, .depth = t->depth, .panels = t->panels};
  p.a_row = t->by_columns ? 1 : depth + 3, p.a_step = t->by_columns ? rows + 3 : 1;
  p.b_panel = (depth + 1) * R2_DENSE_PANEL, p.c_panel = (rows + 2) * R2_DENSE_PANEL;
  return (operands){
      .product = p,
      .a = depth ? (size_t)((rows - 1) * p.a_row + (depth - 1) * p.a_step + 1) : 0,
      .b = depth ? (size_t)((t->panels - 1) * p.b_panel + depth * R2_DENSE_PANEL) : 0,
      .c = (size_t)((t->panels - 1) * p.c_panel + rows * R2_DENSE_PANEL),
  };
}

static void fill(double *values, size_t count, size_t seed) {
  for (size_t i = 0; i < count; i++) values[i] = value(seed + i);
}

// The largest difference of `c` to sums made one by one, as a share of the sums of their terms' sizes; 1
// where something between the panels was written.
static double difference(const r2_dense *p, size_t count) {
  double most = 0;
  for (size_t i = 0; i < count; i++) {
    ptrdiff_t panel = (ptrdiff_t)i / p->c_panel, row = (ptrdiff_t)i % p->c_panel / R2_DENSE_PANEL;
    ptrdiff_t column = (ptrdiff_t)i % R2_DENSE_PANEL;
    double sum = value(3 + i), size = fabs(sum);
    for (int k = 0; row < p->rows && k < p->depth; k++) {
      double a = p->a[row * p->a_row + k * p->a_step];
      double term = a * p->b[panel * p->b_panel + k * R2_DENSE_PANEL + column];
      sum += term, size += fabs(term);
    }
    if (row >= p->rows && p->c[i] != sum) return 1;
    double error = fabs(p->c[i] - sum) / (size > 0 ? size : 1);
    if (!(error <= most)) most = error;
  }
  return most;
}

dense_outcome dense_case_check(const dense_case *t, const r2_kernels *kernels, int at_end) {
  operands o = operands_of(t);
  guard_at_end(at_end);
  float *memory[] = {guarded(2 * o.a), guarded(2 * o.b), guarded(2 * o.c)};
  size_t counts[] = {o.a, o.b, o.c};
  for (size_t i = 0; i < 3; i++) fill((double *)memory[i], counts[i], i == 2 ? 3 : 1000 * i);
  o.product.a = (double *)memory[0], o.product.b = (double *)memory[1], o.product.c = (double *)memory[2];
  kernels->dense(&o.product);
  dense_outcome outcome = {.error = difference(&o.product, o.c), .intact = 1};
  for (size_t i = 0; i < 3; i++) outcome.intact &= intact(memory[i], 2 * counts[i]);
  for (size_t i = 0; i < 3; i++) release(memory[i], 2 * counts[i]);
  return outcome;
}
