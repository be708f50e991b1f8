// The micro-kernel: PRODUCT_ROWS × (PRODUCT_VECTORS · LANES) sums held in registers. Rows of `a` lie a
// constant distance apart, so that every operand is one base register and a displacement. Before it is
// included: PRODUCT_NAME; PRODUCT_FMA(sum, a, b), a and b elements; PRODUCT_INIT, 1 where sums are integers
// to which PRODUCT_OFFSET(product) times the sum of their b is added, which undoes the offset of a.

// One or two panels: their weights, the sums of these, and the products.
typedef struct {
  const float *b[2], *sums[2];
  float *c[2];
} PRODUCT_NAME(panels);

// Vector `v` of the 16 or 32 columns.
#define COLUMN(pointer, v) ((pointer)[(v) * LANES / R2_BLOCK] + (v) * LANES % R2_BLOCK)

// Lines of a tile that others have written are asked for this many chunks ahead, which may be the next
// position's: they come from another core.
#undef SHARED_AHEAD
#define SHARED_AHEAD 4

#undef PRODUCT_SUM
#if PRODUCT_INIT
#define PRODUCT_SUM(sum, offset) ((vf)((vi)(sum) + (offset)))
#else
#define PRODUCT_SUM(sum, offset) (sum)
#endif

// What is added to the sums of a column: at their end, where it is less work than to begin with it.
R2_INLINE void PRODUCT_NAME(offsets)(const r2_product *p, PRODUCT_NAME(panels) at, const int vectors,
                                     vi *offset) {
#if PRODUCT_INIT
  R2_EACH(v, vectors) {
    vi sum = 0;
    for (int s = 0; s < p->segments; s++) sum += (vi)LOAD(COLUMN(at.sums, v) + s * R2_BLOCK);
    offset[v] = sum * PRODUCT_OFFSET(p);
  }
#endif
}

R2_INLINE void PRODUCT_NAME(product_tile)(const float *a, const r2_product *p, PRODUCT_NAME(panels) at,
                                          const vi *offset, const int rows, const int vectors) {
  vf sum[PRODUCT_ROWS][PRODUCT_VECTORS];
  R2_EACH(v, vectors)
    R2_EACH(r, rows) sum[r][v] = 0;
  const ptrdiff_t ahead = p->ahead;
  for (int s = 0; s < p->segments; s++) {
    const float *segment = a + s * p->segment_stride;
    for (int k = p->k; k > 0; k -= R2_BLOCK, segment += p->chunk_stride) {
      const float *element = segment;
      int count = k < R2_BLOCK ? k : R2_BLOCK;
      if (p->is_shared)
        R2_EACH(r, rows) __builtin_prefetch(segment + SHARED_AHEAD * p->chunk_stride + r * R2_BLOCK, 0, 3);
#pragma clang loop unroll_count(4)
      for (int i = 0; i < count; i++, element++) {
        vf b[PRODUCT_VECTORS];
        R2_EACH(v, vectors) b[v] = LOAD(COLUMN(at.b, v));
        R2_EACH(r, rows) {
          vf value = (vf)element[r * R2_BLOCK];
          R2_EACH(v, vectors) sum[r][v] = PRODUCT_FMA(sum[r][v], value, b[v]);
        }
        __builtin_prefetch(at.b[0] + ahead, 0, 2);
        if (vectors * LANES > R2_BLOCK) __builtin_prefetch(at.b[1] + ahead, 0, 2);
        at.b[0] += R2_BLOCK;
        at.b[1] += R2_BLOCK;
      }
    }
  }
  R2_EACH(r, rows)
    R2_EACH(v, vectors) STORE(COLUMN(at.c, v) + r * R2_BLOCK, PRODUCT_SUM(sum[r][v], offset[v]));
}

#define TILE(N) \
  case N: PRODUCT_NAME(product_tile)(a, p, at, offset, N <= PRODUCT_ROWS ? N : 1, vectors); break;

#define FEW_ROWS TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6)
#define MANY_ROWS TILE(7) TILE(8) TILE(9) TILE(10) TILE(11) TILE(12) TILE(13) TILE(14)

// Rows in groups as even as they come, so that no group is a sliver.
R2_INLINE void PRODUCT_NAME(product_rows)(const r2_product *p, PRODUCT_NAME(panels) at, const int vectors) {
  const float *a = p->a;
  vi offset[PRODUCT_VECTORS];
  PRODUCT_NAME(offsets)(p, at, vectors, offset);
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
    a += rows * R2_BLOCK;
    at.c[0] += rows * R2_BLOCK;
    at.c[1] += rows * R2_BLOCK;
  }
}
#undef TILE
#undef FEW_ROWS
#undef MANY_ROWS

// Column `column` of panel `first`, and of panel `second` or the same again.
R2_INLINE PRODUCT_NAME(panels)
    PRODUCT_NAME(panels_at)(const r2_product *p, int first, int second, int column) {
  PRODUCT_NAME(panels)
  at = {
      .b = {p->b + first * p->panel_stride_b + column, p->b + second * p->panel_stride_b + column},
      .c = {p->c + first * p->panel_stride_c + column, p->c + second * p->panel_stride_c + column},
  };
#if PRODUCT_INIT
  at.sums[0] = p->weight_sums + first * p->panel_stride_sums + column;
  at.sums[1] = p->weight_sums + second * p->panel_stride_sums + column;
#endif
  return at;
}

static void PRODUCT_NAME(product)(const r2_product *p) {
  R2_ASSERT(p->rows > 0 && p->panels > 0 && p->segments > 0 && p->k > 0);
  int panel = 0;
#if PRODUCT_VECTORS * R2_LANES > 16
  for (; panel + 2 <= p->panels; panel += 2)
    PRODUCT_NAME(product_rows)(p, PRODUCT_NAME(panels_at)(p, panel, panel + 1, 0), PRODUCT_VECTORS);
#endif
  enum { step = PRODUCT_VECTORS * LANES < R2_BLOCK ? PRODUCT_VECTORS * LANES : R2_BLOCK };
  for (; panel < p->panels; panel++)
    for (int column = 0; column < R2_BLOCK; column += step)
      PRODUCT_NAME(product_rows)(p, PRODUCT_NAME(panels_at)(p, panel, panel, column), step / LANES);
}
#undef COLUMN
