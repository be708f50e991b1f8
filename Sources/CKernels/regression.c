// One pass over the rows makes logits, losses and gradient, a block of rows at a time: what is kept does not
// grow with their number.
#include "include/regression.h"

#include <math.h>
#include <string.h>

#include "assertions.h"

// Rows of a block: their features and logits stay in a core's second cache.
// Chunks: more than the threads of most machines, few enough that their gradients take little memory.
enum { PANEL = R2_DENSE_PANEL, BLOCK_ROWS = 112, MOST_CHUNKS = 16, LINE = 64 };

// Rows `first` to `end − 1`.
typedef struct {
  int first, end;
} span;

static int panels_of(const r2_regression *p) { return (p->classes + PANEL - 1) / PANEL; }

static ptrdiff_t depth_of(const r2_regression *p) { return p->features + 1; }

// An odd number of cache lines: rows at a power of two apart would fall into the same places of the cache.
size_t r2_regression_pitch(const r2_regression *p) {
  size_t lines = (size_t)(depth_of(p) + PANEL - 1) / PANEL;
  return (lines | 1) * PANEL;
}

static int chunks_of(const r2_regression *p) {
  int chunks = (p->rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
  return chunks < 1 ? 1 : chunks > MOST_CHUNKS ? MOST_CHUNKS : chunks;
}

size_t r2_regression_weights(const r2_regression *p) {
  return (size_t)panels_of(p) * (size_t)depth_of(p) * PANEL;
}

static size_t wider(const r2_regression *p) {
  size_t moments = p->features <= R2_MOMENTS_LIMIT ? r2_regression_pitch(p) * (size_t)depth_of(p) : 0;
  size_t weights = r2_regression_weights(p);
  return moments > weights ? moments : weights;
}

// A thread's features and logits of a block, the moments' second operand in the logits' place.
static size_t block_doubles(const r2_regression *p) {
  size_t columns = r2_regression_pitch(p), logits = (size_t)panels_of(p) * PANEL;
  return BLOCK_ROWS * (columns + (logits > columns ? logits : columns));
}

size_t r2_regression_scratch(const r2_regression *p, int threads) {
  size_t chunks = (size_t)chunks_of(p);
  return sizeof(double) * (chunks * wider(p) + (size_t)threads * block_doubles(p) + MOST_CHUNKS) + LINE;
}

typedef struct {
  const r2_regression *problem;
  const r2_kernels *kernels;
  const double *weights;
  double *result, *losses, *sums, *blocks;
} pass;

static pass pass_of(const r2_regression *p, const r2_kernels *kernels, void *scratch) {
  double *start = (double *)(((uintptr_t)scratch + LINE - 1) / LINE * LINE);
  double *sums = start + MOST_CHUNKS, *blocks = sums + (size_t)chunks_of(p) * wider(p);
  return (pass){.problem = p, .kernels = kernels, .losses = start, .sums = sums, .blocks = blocks};
}

static double *block_of(const pass *s, int thread) {
  return s->blocks + (size_t)thread * block_doubles(s->problem);
}

static span rows_of(const r2_regression *p, int chunk) {
  int64_t chunks = chunks_of(p);
  return (span){.first = (int)(p->rows * (int64_t)chunk / chunks),
                .end = (int)(p->rows * (int64_t)(chunk + 1) / chunks)};
}

static void fill_rows(const r2_regression *p, span rows, double *to) {
  size_t pitch = r2_regression_pitch(p);
  for (int i = rows.first; i < rows.end; i++, to += pitch) {
    const float *x = p->x + (ptrdiff_t)p->index[i] * p->features;
    for (int f = 0; f < p->features; f++) to[f] = (x[f] - p->centre[f]) * p->scale[f];
    to[p->features] = 1;
    for (size_t f = (size_t)depth_of(p); f < pitch; f++) to[f] = 0;
  }
}

static void block_logits(const pass *s, const double *x, int rows, double *logits) {
  const r2_regression *p = s->problem;
  int panels = panels_of(p);
  memset(logits, 0, sizeof(double) * BLOCK_ROWS * PANEL * (size_t)panels);
  r2_dense product = {.rows = rows,
                      .depth = (int)depth_of(p),
                      .panels = panels,
                      .a = x,
                      .a_row = (ptrdiff_t)r2_regression_pitch(p),
                      .a_step = 1,
                      .b = s->weights,
                      .b_panel = depth_of(p) * PANEL,
                      .c = logits,
                      .c_panel = BLOCK_ROWS * PANEL};
  s->kernels->dense(&product);
}

static double *logit_at(double *logits, int row, int class) {
  return logits + (ptrdiff_t)(class / PANEL) * BLOCK_ROWS * PANEL + row * PANEL + class % PANEL;
}

// Of one row: its logits become weight · (probability − target).
static double softmax_row(const r2_regression *p, int i, double *logits, int row) {
  double highest = -INFINITY, sum = 0, weight = p->row_weight[i];
  int right = p->row_class[i];
  for (int k = 0; k < p->classes; k++) {
    double z = *logit_at(logits, row, k);
    if (z > highest) highest = z;
  }
  double own = *logit_at(logits, row, right);
  for (int k = 0; k < p->classes; k++) {
    double *z = logit_at(logits, row, k);
    *z = exp(*z - highest);
    sum += *z;
  }
  double factor = weight / sum;
  for (int k = 0; k < p->classes; k++) *logit_at(logits, row, k) *= factor;
  *logit_at(logits, row, right) -= weight;
  return weight * (log(sum) + highest - own);
}

static double sigmoid_row(const r2_regression *p, int i, double *logits, int row) {
  double total = 0;
  for (int k = 0; k < p->classes; k++) {
    double *z = logit_at(logits, row, k);
    int yes = p->targets[(ptrdiff_t)i * p->classes + k];
    double weight = p->row_weight[i] * p->answer_weight[yes * p->classes + k];
    double small = exp(-fabs(*z)), probability = (*z >= 0 ? 1 : small) / (1 + small);
    double wrong = yes ? -*z : *z;  // the loss is log(1 + e^wrong)
    total += weight * ((wrong > 0 ? wrong : 0) + log1p(small));
    *z = weight * (probability - yes);
  }
  return total;
}

// The logits of padded classes are 0, and so is what comes of them: their weights stay 0.
static double block_residuals(const r2_regression *p, span rows, double *logits) {
  double total = 0;
  for (int i = rows.first; i < rows.end; i++) {
    int row = i - rows.first;
    total += p->loss == R2_SOFTMAX ? softmax_row(p, i, logits, row) : sigmoid_row(p, i, logits, row);
  }
  return total;
}

static void evaluate_chunk(void *context, int chunk, int thread) {
  const pass *s = context;
  const r2_regression *p = s->problem;
  size_t count = r2_regression_weights(p);
  double *x = block_of(s, thread), *logits = x + BLOCK_ROWS * r2_regression_pitch(p);
  double *sum = s->sums + (size_t)chunk * count, loss = 0;
  memset(sum, 0, sizeof(double) * count);
  span all = rows_of(p, chunk);
  for (int first = all.first; first < all.end; first += BLOCK_ROWS) {
    span rows = {first, all.end < first + BLOCK_ROWS ? all.end : first + BLOCK_ROWS};
    fill_rows(p, rows, x);
    block_logits(s, x, rows.end - rows.first, logits);
    loss += block_residuals(p, rows, logits);
    r2_dense product = {.rows = (int)depth_of(p),
                        .depth = rows.end - rows.first,
                        .panels = panels_of(p),
                        .a = x,
                        .a_row = 1,
                        .a_step = (ptrdiff_t)r2_regression_pitch(p),
                        .b = logits,
                        .b_panel = BLOCK_ROWS * PANEL,
                        .c = sum,
                        .c_panel = depth_of(p) * PANEL};
    s->kernels->dense(&product);
  }
  s->losses[chunk] = loss;
}

enum { PIECE = 4096 };

// Adds up one piece of all chunks' sums, in their order.
static void add_gradient(void *context, int piece, int thread) {
  (void)thread;
  const pass *s = context;
  size_t count = r2_regression_weights(s->problem);
  size_t first = (size_t)piece * PIECE, end = first + PIECE < count ? first + PIECE : count;
  memcpy(s->result + first, s->sums + first, sizeof(double) * (end - first));
  for (int chunk = 1; chunk < chunks_of(s->problem); chunk++) {
    const double *more = s->sums + (size_t)chunk * count;
    for (size_t i = first; i < end; i++) s->result[i] += more[i];
  }
}

static int pieces(size_t count) { return (int)((count + PIECE - 1) / PIECE); }

static size_t moments_count(const r2_regression *p) { return r2_regression_pitch(p) * (size_t)depth_of(p); }

double r2_regression_evaluate(const r2_regression *p, const r2_kernels *kernels, r2_team *team,
                              const double *weights, double *gradient, void *scratch) {
  pass s = pass_of(p, kernels, scratch);
  s.weights = weights, s.result = gradient;
  r2_team_run(team, chunks_of(p), evaluate_chunk, &s);
  r2_team_run(team, pieces(r2_regression_weights(p)), add_gradient, &s);
  double loss = 0;
  for (int chunk = 0; chunk < chunks_of(p); chunk++) loss += s.losses[chunk];
  return loss;
}

// Panels of the features themselves, each row times its weight.
static void moments_chunk(void *context, int chunk, int thread) {
  const pass *s = context;
  const r2_regression *p = s->problem;
  size_t pitch = r2_regression_pitch(p), count = moments_count(p);
  double *x = block_of(s, thread), *weighted = x + BLOCK_ROWS * pitch;
  double *sum = s->sums + (size_t)chunk * count;
  memset(sum, 0, sizeof(double) * count);
  span all = rows_of(p, chunk);
  for (int first = all.first; first < all.end; first += BLOCK_ROWS) {
    span rows = {first, all.end < first + BLOCK_ROWS ? all.end : first + BLOCK_ROWS};
    fill_rows(p, rows, x);
    for (int row = 0; row < rows.end - rows.first; row++) {
      double weight = p->row_weight[rows.first + row];
      for (size_t f = 0; f < pitch; f++) {
        weighted[f / PANEL * BLOCK_ROWS * PANEL + (size_t)row * PANEL + f % PANEL] =
            weight * x[(size_t)row * pitch + f];
      }
    }
    r2_dense product = {.rows = (int)depth_of(p),
                        .depth = rows.end - rows.first,
                        .panels = (int)(pitch / PANEL),
                        .a = x,
                        .a_row = 1,
                        .a_step = (ptrdiff_t)pitch,
                        .b = weighted,
                        .b_panel = BLOCK_ROWS * PANEL,
                        .c = sum,
                        .c_panel = depth_of(p) * PANEL};
    s->kernels->dense(&product);
  }
}

void r2_regression_moments(const r2_regression *p, const r2_kernels *kernels, r2_team *team, double *moments,
                           void *scratch) {
  R2_ASSERT(p->features <= R2_MOMENTS_LIMIT);
  pass s = pass_of(p, kernels, scratch);
  r2_team_run(team, chunks_of(p), moments_chunk, &s);
  for (int chunk = 1; chunk < chunks_of(p); chunk++) {
    r2_add_scaled(s.sums, 1, s.sums + (size_t)chunk * moments_count(p), moments_count(p));
  }
  size_t pitch = r2_regression_pitch(p), depth = (size_t)depth_of(p);
  for (size_t row = 0; row < depth; row++) {
    for (size_t f = 0; f < pitch; f++) {
      moments[row * pitch + f] = s.sums[f / PANEL * depth * PANEL + row * PANEL + f % PANEL];
    }
  }
}

typedef struct {
  const r2_regression *problem;
  const r2_kernels *kernels;
  const double *matrix, *from;
  double *to;
} multiplication;

static void multiply_panel(void *context, int panel, int thread) {
  (void)thread;
  const multiplication *m = context;
  ptrdiff_t depth = depth_of(m->problem), at = panel * depth * PANEL;
  memset(m->to + at, 0, sizeof(double) * (size_t)depth * PANEL);
  r2_dense product = {.rows = (int)depth,
                      .depth = (int)depth,
                      .panels = 1,
                      .a = m->matrix,
                      .a_row = (ptrdiff_t)r2_regression_pitch(m->problem),
                      .a_step = 1,
                      .b = m->from + at,
                      .b_panel = 0,
                      .c = m->to + at,
                      .c_panel = 0};
  m->kernels->dense(&product);
}

void r2_regression_multiply(const r2_regression *p, const r2_kernels *kernels, r2_team *team,
                            const double *matrix, const double *from, double *to) {
  multiplication m = {p, kernels, matrix, from, to};
  r2_team_run(team, panels_of(p), multiply_panel, &m);
}

// Eight sums side by side, added in a fixed order.
double r2_dot(const double *a, const double *b, size_t count) {
  double sums[PANEL] = {0}, total = 0;
  size_t i = 0;
  for (; i + PANEL <= count; i += PANEL) {
    for (size_t j = 0; j < PANEL; j++) sums[j] += a[i + j] * b[i + j];
  }
  for (; i < count; i++) total += a[i] * b[i];
  for (size_t j = 0; j < PANEL; j++) total += sums[j];
  return total;
}

void r2_add_scaled(double *to, double factor, const double *from, size_t count) {
  for (size_t i = 0; i < count; i++) to[i] += factor * from[i];
}

void r2_row_logits(const float *x, int features, const double *weights, const double *intercepts, int classes,
                   double *logits) {
  for (int k = 0; k < classes; k++, weights += features) {
    double sums[PANEL] = {0}, total = intercepts[k];
    int f = 0;
    for (; f + PANEL <= features; f += PANEL) {
      for (int j = 0; j < PANEL; j++) sums[j] += weights[f + j] * x[f + j];
    }
    for (; f < features; f++) total += weights[f] * x[f];
    for (int j = 0; j < PANEL; j++) total += sums[j];
    logits[k] = total;
  }
}

double r2_penalize(const r2_regression *p, double penalty, double factor, const double *weights,
                   double *gradient) {
  double squares = 0;
  size_t depth = (size_t)depth_of(p) * PANEL, intercept = (size_t)p->features * PANEL;
  for (size_t first = 0; first < r2_regression_weights(p); first += depth) {
    for (size_t i = first; i < first + depth; i++) gradient[i] *= factor;
    r2_add_scaled(gradient + first, penalty, weights + first, intercept);
    squares += r2_dot(weights + first, weights + first, intercept);
  }
  return penalty * squares;
}

// By Cholesky's factor L: first L, then its inverse K, then Kᵀ·K, each in the place of the one before.
bool r2_invert(double *matrix, size_t size, size_t pitch, double *line) {
  for (size_t i = 0; i < size; i++) {
    double *row = matrix + i * pitch;
    for (size_t j = 0; j < i; j++) {
      row[j] = (row[j] - r2_dot(row, matrix + j * pitch, j)) / matrix[j * pitch + j];
    }
    double rest = row[i] - r2_dot(row, row, i);
    if (!(rest > 0)) return false;
    row[i] = sqrt(rest);
  }
  for (size_t i = 0; i < size; i++) {
    double *row = matrix + i * pitch, pivot = 1 / row[i];
    memcpy(line, row, sizeof(double) * i);
    memset(row, 0, sizeof(double) * size);
    for (size_t k = 0; k < i; k++) r2_add_scaled(row, -line[k] * pivot, matrix + k * pitch, k + 1);
    row[i] = pivot;
  }
  for (size_t i = 0; i < size; i++) {
    memcpy(line, matrix + i * pitch, sizeof(double) * (i + 1));
    memset(matrix + i * pitch, 0, sizeof(double) * size);
    for (size_t k = 0; k <= i; k++) r2_add_scaled(matrix + k * pitch, line[k], line, i + 1);
  }
  return true;
}

void r2_add_row(const float *row, size_t count, double *sums) {
  for (size_t f = 0; f < count; f++) sums[f] += row[f];
}

void r2_add_squares(const float *row, size_t count, const double *mean, double *squares) {
  for (size_t f = 0; f < count; f++) {
    double difference = row[f] - mean[f];
    squares[f] += difference * difference;
  }
}
