// Products of matrices in double, for what is fitted to features; the network has its own.
#ifndef R2_DENSE_H
#define R2_DENSE_H

#include <stddef.h>

/// Columns of a panel: 64 bytes of doubles.
enum { R2_DENSE_PANEL = 8 };

/// c[panel][row][8] += Σ over `depth` of a[row·a_row + k·a_step] · b[panel][k][8]. Panels of `b` and `c` lie
/// `b_panel` and `c_panel` doubles apart. Each sum is made in the order of k.
typedef struct {
  int rows, depth, panels;
  const double *a;
  ptrdiff_t a_row, a_step;
  const double *b;
  ptrdiff_t b_panel;
  double *c;
  ptrdiff_t c_panel;
} r2_dense;

#endif
