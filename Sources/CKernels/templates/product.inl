// The micro-kernel: PRODUCT_ROWS × (PRODUCT_VECTORS · LANES) sums held in registers. Rows of `a` lie a
// constant distance apart, so that every operand is one base register and a displacement. Before it is
// included: PRODUCT_NAME, PRODUCT_FMA(sum, a, b), a and b elements.

R2_INLINE void PRODUCT_NAME(product_tile)(const float *a, const r2_product *p, const float *b0,
                                          const float *b1, float *c0, float *c1, const int rows,
                                          const int vectors, const int row_stride, const int chunk) {
  vf sum[PRODUCT_ROWS][PRODUCT_VECTORS];
  R2_EACH(r, rows)
    R2_EACH(v, vectors) sum[r][v] = 0;
  // What lies behind these weights is the next position's: asked for now, it comes in time however long
  // memory takes.
  const ptrdiff_t ahead = (ptrdiff_t)p->segments * p->k * R2_BLOCK;
  for (int s = 0; s < p->segments; s++) {
    const float *segment = a + s * p->segment_stride;
    for (int k = p->k; k > 0; k -= chunk, segment += p->chunk_stride) {
      const float *element = segment;
      int count = k < chunk ? k : chunk;
#pragma clang loop unroll_count(4)
      for (int i = 0; i < count; i++, element++) {
        vf b[PRODUCT_VECTORS];
        R2_EACH(v, vectors) b[v] = LOAD(v * LANES < R2_BLOCK ? b0 + v * LANES : b1 + v * LANES - R2_BLOCK);
        R2_EACH(r, rows) {
          vf value = (vf)element[r * row_stride];
          R2_EACH(v, vectors) sum[r][v] = PRODUCT_FMA(sum[r][v], value, b[v]);
        }
        __builtin_prefetch(b0 + ahead, 0, 2);
        if (vectors * LANES > R2_BLOCK) __builtin_prefetch(b1 + ahead, 0, 2);
        b0 += R2_BLOCK;
        b1 += R2_BLOCK;
      }
    }
  }
  R2_EACH(r, rows)
    R2_EACH(v, vectors)
      STORE(v * LANES < R2_BLOCK ? c0 + r * R2_BLOCK + v * LANES : c1 + r * R2_BLOCK + v * LANES - R2_BLOCK,
            sum[r][v]);
}

#define TILE(N)                                                                                              \
  case N:                                                                                                    \
    PRODUCT_NAME(product_tile)(a, p, b0, b1, c0, c1, N <= PRODUCT_ROWS ? N : 1, vectors, row_stride, chunk); \
    break;

#define FEW_ROWS TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6)
#define MANY_ROWS TILE(7) TILE(8) TILE(9) TILE(10) TILE(11) TILE(12) TILE(13) TILE(14)

// Rows in groups as even as they come, so that no group is a sliver.
R2_INLINE void PRODUCT_NAME(product_rows)(const r2_product *p, const float *a, const float *b0,
                                          const float *b1, float *c0, float *c1, const int vectors,
                                          const int row_stride, const int chunk) {
  int groups = (p->rows + PRODUCT_ROWS - 1) / PRODUCT_ROWS;
  for (int g = 0, row = 0; g < groups; g++) {
    int rows = (p->rows - row + groups - g - 1) / (groups - g);
    switch (rows) {
      FEW_ROWS
#if PRODUCT_ROWS > 6
      MANY_ROWS
#endif
    }
    row += rows;
    a += rows * row_stride;
    c0 += rows * R2_BLOCK;
    c1 += rows * R2_BLOCK;
  }
}
#undef TILE
#undef FEW_ROWS
#undef MANY_ROWS

R2_INLINE void PRODUCT_NAME(product_panels)(const r2_product *p, const int row_stride, const int chunk) {
  R2_ASSERT(p->rows > 0 && p->panels > 0 && p->segments > 0 && p->k > 0);
  const float *b = p->b;
  float *c = p->c;
  int panel = 0;
#if PRODUCT_VECTORS * R2_LANES > 16
  for (; panel + 2 <= p->panels; panel += 2, b += 2 * p->panel_stride_b, c += 2 * p->panel_stride_c)
    PRODUCT_NAME(product_rows)(p, p->a, b, b + p->panel_stride_b, c, c + p->panel_stride_c, PRODUCT_VECTORS,
                               row_stride, chunk);
#endif
  enum { step = PRODUCT_VECTORS * LANES < R2_BLOCK ? PRODUCT_VECTORS * LANES : R2_BLOCK };
  for (; panel < p->panels; panel++, b += p->panel_stride_b, c += p->panel_stride_c)
    for (int column = 0; column < R2_BLOCK; column += step)
      PRODUCT_NAME(product_rows)(p, p->a, b + column, b + column, c + column, c + column, step / LANES,
                                 row_stride, chunk);
}

static void PRODUCT_NAME(product)(const r2_product *p) {
  PRODUCT_NAME(product_panels)(p, R2_BLOCK, R2_BLOCK);
}
