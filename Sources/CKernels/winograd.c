// y = Aᵀ[(G·g) ⊙ (Bᵀ·d)] computes y_i = Σ_k g_k d_{i+k}. With the finite points a_j and N_j(x) = Π_{i≠j}(x −
// a_i):
//   Aᵀ[i][j] = a_j^i,  G[j][k] = a_j^k / N_j(a_j),  Bᵀ[j] = coefficients of N_j,
// and for the point ∞: Aᵀ picks the last output, G the last tap, Bᵀ has the coefficients of Π(x − a_i).
// (Toom 1963, Cook 1966, Winograd 1980. Points beside 0, ±1, ±2: chosen for the least error, after Alam et
// al., arXiv 2201.10369.)
#include "include/winograd.h"

#include <string.h>

static const struct {
  int outputs, taps, zero, pairs;
  double pair[4];
} known[] = {
    {2, 3, 1, 1, {1}},
    {4, 3, 1, 2, {0.75, 1.5}},
    {7, 3, 0, 4, {0.25, 0.7, 1.15, 2.15}},
    {8, 3, 1, 4, {0.4, 0.75, 1.35, 2}},
    {4, 4, 0, 3, {0.25, 0.8, 1.75}},
    {2, 2, 0, 1, {1}},
    {4, 2, 0, 2, {0.5, 1.25}},
};

// Coefficients of Π(x² − p²) over the pairs but `left_out`, lowest degree first, in x².
static void pair_polynomial(const double *pair, int pairs, int left_out, double *c) {
  int degree = 0;
  memset(c, 0, 5 * sizeof(double));
  c[0] = 1;
  for (int q = 0; q < pairs; q++) {
    if (q == left_out) continue;
    degree++;
    for (int i = degree; i >= 0; i--) c[i] = (i > 0 ? c[i - 1] : 0) - pair[q] * pair[q] * c[i];
  }
}

int r2_transform_make(int outputs, int taps, r2_transform *t) {
  for (size_t n = 0; n < sizeof known / sizeof known[0]; n++) {
    if (known[n].outputs != outputs || known[n].taps != taps) continue;
    memset(t, 0, sizeof *t);
    t->points = outputs + taps - 1;
    t->outputs = outputs;
    t->taps = taps;
    t->zero = known[n].zero;
    t->pairs = known[n].pairs;
    t->infinity = 1;
    double c[5];
    pair_polynomial(known[n].pair, t->pairs, -1, c);
    for (int i = 0; i < t->pairs; i++) t->product[i] = (float)c[i];
    for (int q = 0; q < t->pairs; q++) {
      t->pair[q] = (float)known[n].pair[q];
      pair_polynomial(known[n].pair, t->pairs, q, c);
      for (int i = 0; i < t->pairs - 1; i++) t->remainder[q][i] = (float)c[i];
      double power = 1;
      for (int i = 0; i < outputs; i++, power *= known[n].pair[q]) t->power[q][i] = (float)power;
    }
    return 0;
  }
  return -1;
}

void r2_transform_make_pair(r2_transform *t) {
  memset(t, 0, sizeof *t);
  t->points = 3;
  t->outputs = 2;
  t->taps = 3;
}

void r2_transform_filter(const r2_transform *t, double *g) {
  if (!t->pairs) {
    static const double toeplitz[9] = {0, 1, 0, 0, -1, 1, 1, -1, 0};
    memcpy(g, toeplitz, sizeof toeplitz);
    return;
  }
  double at[R2_MAX_POINTS];
  int finite = 0;
  if (t->zero) at[finite++] = 0;
  for (int n = 0; n < (int)(sizeof known / sizeof known[0]); n++)
    if (known[n].outputs == t->outputs && known[n].taps == t->taps)
      for (int q = 0; q < t->pairs; q++) {
        at[finite++] = known[n].pair[q];
        at[finite++] = -known[n].pair[q];
      }
  for (int j = 0; j < finite; j++) {
    double scale = 1;
    for (int i = 0; i < finite; i++)
      if (i != j) scale /= at[j] - at[i];
    for (int k = 0; k < t->taps; k++, scale *= at[j]) g[j * t->taps + k] = scale;
  }
  for (int k = 0; k < t->taps; k++) g[finite * t->taps + k] = k == t->taps - 1;
}
