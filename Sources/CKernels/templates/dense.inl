// Products of matrices in double: a tile of rows of one panel is summed in registers.

enum {
  DENSE_LANES = R2_LANES > 1 ? R2_LANES / 2 : 1,
  DENSE_VECTORS =
      R2_DENSE_PANEL / DENSE_LANES < PRODUCT_VECTORS ? R2_DENSE_PANEL / DENSE_LANES : PRODUCT_VECTORS,
  DENSE_ROWS = PRODUCT_ROWS * PRODUCT_VECTORS / DENSE_VECTORS,
};

typedef double vd __attribute__((ext_vector_type(DENSE_LANES)));
typedef double vd_memory __attribute__((ext_vector_type(DENSE_LANES), aligned(8)));

#define DENSE_LOAD(p) ((vd)(*(const vd_memory *)(p)))

R2_INLINE void R2_NAME(dense_tile)(const r2_dense *p, int row, int panel, int column, const int rows) {
  const double *a = p->a + row * p->a_row, *b = p->b + panel * p->b_panel + column;
  double *c = p->c + panel * p->c_panel + (ptrdiff_t)row * R2_DENSE_PANEL + column;
  vd sum[DENSE_ROWS][DENSE_VECTORS];
  R2_EACH(i, rows)
    R2_EACH(v, DENSE_VECTORS) sum[i][v] = DENSE_LOAD(c + i * R2_DENSE_PANEL + v * DENSE_LANES);
  for (int k = 0; k < p->depth; k++, a += p->a_step, b += R2_DENSE_PANEL) {
    vd factor[DENSE_VECTORS];
    R2_EACH(v, DENSE_VECTORS) factor[v] = DENSE_LOAD(b + v * DENSE_LANES);
    R2_EACH(i, rows)
      R2_EACH(v, DENSE_VECTORS) sum[i][v] += a[i * p->a_row] * factor[v];
  }
  R2_EACH(i, rows)
    R2_EACH(v, DENSE_VECTORS) {
      *(vd_memory *)(c + i * R2_DENSE_PANEL + v * DENSE_LANES) = sum[i][v];
    }
}

static void R2_NAME(dense)(const r2_dense *p) {
  for (int panel = 0; panel < p->panels; panel++) {
    for (int column = 0; column < R2_DENSE_PANEL; column += DENSE_VECTORS * DENSE_LANES) {
      int row = 0;
      for (; row + DENSE_ROWS <= p->rows; row += DENSE_ROWS)
        R2_NAME(dense_tile)(p, row, panel, column, DENSE_ROWS);
      for (; row + 4 <= p->rows && DENSE_ROWS > 4; row += 4) R2_NAME(dense_tile)(p, row, panel, column, 4);
      for (; row < p->rows; row++) R2_NAME(dense_tile)(p, row, panel, column, 1);
    }
  }
}
