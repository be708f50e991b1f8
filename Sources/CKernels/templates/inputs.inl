// From activations to V, the transformed input. Before it is included: V_TYPE, V_NAME, V_STORE(to, vector)
// and V_VALUES, the values of an element.

// The 16 values of a tile and a block.
R2_INLINE V_TYPE *V_NAME(v_at)(const r2_transformed *to, int block, int tile) {
  float *line = to->base + block / V_VALUES * to->chunk + tile * to->tile;
  return (V_TYPE *)line + block % V_VALUES * R2_BLOCK;
}

// Bᵀ d B of a patch, its positions `stride` values apart. Columns outside of the frame are zeros before and
// after their transform. Coefficients are copied, or every value written to V could be one of them.
#define INPUT_PATCH(PY, QY, ZY, PX, QX, ZX)                                                              \
  R2_INLINE void V_NAME(R2_PASTE(input_patch_##PY, PX))(                                                 \
      const r2_patch *patch, int part, const r2_transform *y_transform, const r2_transform *x_transform, \
      V_TYPE *v, ptrdiff_t stride) {                                                                     \
    const r2_transform ty = *y_transform, tx = *x_transform;                                             \
    vf columns[PY * PX];                                                                                 \
    for (int x = 0; x < PX; x++) {                                                                       \
      if (x < patch->first || x >= patch->end) {                                                         \
        R2_EACH(y, PY) columns[y * PX + x] = 0;                                                          \
        continue;                                                                                        \
      }                                                                                                  \
      vf column[PY];                                                                                     \
      R2_EACH(y, PY) column[y] = LOAD(patch->row[y] + x * patch->step + part);                           \
      input_line(column, 1, columns + x, PX, &ty, ZY, QY, 1);                                            \
    }                                                                                                    \
    for (int y = 0; y < PY; y++) {                                                                       \
      vf row[PX];                                                                                        \
      input_line(columns + y * PX, 1, row, 1, &tx, ZX, QX, 1);                                           \
      R2_EACH(x, PX) V_STORE(v + (y * PX + x) * stride, row[x]);                                         \
    }                                                                                                    \
  }

INPUT_PATCH(3, 1, 0, 3, 1, 0)
INPUT_PATCH(4, 1, 1, 4, 1, 1)
INPUT_PATCH(5, 2, 0, 5, 2, 0)
INPUT_PATCH(6, 2, 1, 6, 2, 1)
INPUT_PATCH(7, 3, 0, 7, 3, 0)
INPUT_PATCH(9, 4, 0, 9, 4, 0)
#undef INPUT_PATCH

// The tile's patch starts at input row y, column x, and holds every `step`-th row and column.
R2_INLINE void V_NAME(input_tile)(const r2_view *in, int frame, int block, int y, int x, const int step,
                                  const r2_tiles *tiles, V_TYPE *v, ptrdiff_t stride, const int points,
                                  const int outputs) {
  const float *plane = in->base + frame * in->frame + block * in->plane;
  prefetch_patch(in, plane, frame, y, x + 1 + AHEAD * outputs * step, points, outputs, step);
  const r2_patch patch = r2_patch_at(in, plane, y, x, step, points, points);
#define CASE(POINTS)                                                                                    \
  case POINTS:                                                                                          \
    R2_FOR_PART(part)                                                                                   \
    V_NAME(R2_PASTE(input_patch_##POINTS, POINTS))(&patch, part, tiles->y, tiles->x, v + part, stride); \
    break;
  switch (points) { CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(9) }
#undef CASE
}

// By one transform, whose numbers are known to the compiler; of stride 2 the four phases. Strides come by
// value, or every value written to V could be one of them.
R2_INLINE void V_NAME(input_tiles)(const r2_view in, const r2_tiles tiles, r2_range range, r2_range blocks,
                                   const r2_transformed to, const int points, const int outputs,
                                   const int pad, const int step) {
  for (int block = blocks.first; block < blocks.first + blocks.count; block++) {
    r2_tile tile = r2_tile_at(&tiles, in.frames, range.first);
    for (int i = 0; i < range.count; i++, r2_tile_next(&tiles, in.frames, &tile)) {
      int y = step * tile.row * outputs - pad, x = step * tile.column * outputs - pad;
      for (int phase = 0; phase < step * step; phase++)
        V_NAME(input_tile)(&in, tile.frame, block, y + (phase >> 1), x + (phase & 1), step, &tiles,
                           V_NAME(v_at)(&to, block, i) + phase * to.segment * V_VALUES,
                           to.position * V_VALUES, points, outputs);
    }
  }
}

static void V_NAME(spatial_input)(const r2_view *in, const r2_tiles *tiles, r2_range range, r2_range blocks,
                                  const r2_transformed *to) {
  R2_ASSERT(tiles->y->taps == tiles->x->taps && tiles->y->points == tiles->x->points);
  R2_ASSERT(tiles->y->taps == (tiles->y->points == 7 ? 4 : 3));
#define CASE(POINTS, TAPS)                                                                            \
  case POINTS:                                                                                        \
    V_NAME(input_tiles)(*in, *tiles, range, blocks, *to, POINTS, POINTS - (TAPS) + 1, (TAPS) / 2, 1); \
    break;
  switch (tiles->y->points) { CASE(4, 3) CASE(6, 3) CASE(7, 4) CASE(9, 3) }
#undef CASE
}

static void V_NAME(polyphase_input)(const r2_view *in, const r2_tiles *tiles, r2_range range, r2_range blocks,
                                    const r2_transformed *to) {
  R2_ASSERT(tiles->y->taps == 2 && tiles->x->taps == 2 && tiles->y->points == tiles->x->points);
#define CASE(POINTS) \
  case POINTS: V_NAME(input_tiles)(*in, *tiles, range, blocks, *to, POINTS, POINTS - 1, 1, 2); break;
  switch (tiles->y->points) { CASE(3) CASE(5) }
#undef CASE
}

// Two frames, both borders: see winograd.c.
R2_INLINE void V_NAME(pair_line)(const vf *d, vf *w) {
  w[0] = d[1] + d[2];
  w[1] = d[2];
  w[2] = d[1];
}

// By one transform, whose numbers are known to the compiler. Coefficients and strides come by value, as
// above; what lies as many pixels further on, the next batch on the way to integers, is asked for.
R2_INLINE void V_NAME(temporal_blocks)(const r2_view in, const r2_transform t, int start, r2_range pixels,
                                       r2_range blocks, const r2_transformed to, const int points,
                                       const int zero, const int pairs) {
  enum { most = 32 };  // pixels at a time: so many zeros stand for a frame that is not there
  static const float zeros[most * R2_BLOCK];
  const ptrdiff_t stride = to.position * V_VALUES, next = (ptrdiff_t)pixels.count * R2_BLOCK;
  for (int block = blocks.first; block < blocks.first + blocks.count; block++) {
    const float *plane = in.base + (start - 1) * in.frame + block * in.plane;
    for (int first = 0; first < pixels.count; first += most) {
      const float *source[R2_MAX_POINTS];
      R2_EACH(k, points) {
        int inside = start + k > 0 && start + k <= in.frames;
        source[k] = inside ? plane + k * in.frame + (ptrdiff_t)(pixels.first + first) * R2_BLOCK : zeros;
      }
      int count = pixels.count - first < most ? pixels.count - first : most;
      V_TYPE *line = V_NAME(v_at)(&to, block, first);
      for (int i = 0; i < count; i++, line += to.tile * V_VALUES) {
        const ptrdiff_t at = (ptrdiff_t)i * R2_BLOCK;
        R2_EACH(k, points) __builtin_prefetch(source[k] + at + next, 0, 3);
        R2_FOR_PART(part) {
          vf d[R2_MAX_POINTS], w[R2_MAX_POINTS];
          R2_EACH(k, points) d[k] = LOAD(source[k] + at + part);
          if (points == 3)
            V_NAME(pair_line)(d, w);
          else
            input_line(d, 1, w, 1, &t, zero, pairs, 1);
          R2_EACH(k, points) V_STORE(line + k * stride + part, w[k]);
        }
      }
    }
  }
}

static void V_NAME(temporal_input)(const r2_view *in, const r2_transform *t, int start, r2_range pixels,
                                   r2_range blocks, const r2_transformed *to) {
  R2_ASSERT(t->taps == 3 && t->points <= R2_MAX_POINTS && start >= 0 && start < in->frames);
#define TEMPORAL_INPUT(P, M, Z, Q, I) V_NAME(temporal_blocks)(*in, *t, start, pixels, blocks, *to, P, Z, Q);
  if (t->points == 3)
    TEMPORAL_INPUT(3, 2, 0, 0, 0)
  else
    FOR_TRANSFORM(t, TEMPORAL_INPUT)
#undef TEMPORAL_INPUT
}

static void V_NAME(gather_input)(const r2_view *in, const r2_geometry *g, int width, int frame, int tap_y,
                                 int tap_x, r2_range pixels, r2_range blocks, const r2_transformed *to) {
  static const float zeros[R2_BLOCK];
  R2_ASSERT(width > 0 && frame >= 0 && frame < in->frames && tap_y < g->kernel_y && tap_x < g->kernel_x);
  for (int block = blocks.first; block < blocks.first + blocks.count; block++) {
    const float *plane = in->base + frame * in->frame + block * in->plane;
    int y = pixels.first / width, x = pixels.first % width;
    for (int i = 0; i < pixels.count; i++) {
      int row = y * g->stride_y - g->pad_y + tap_y, column = x * g->stride_x - g->pad_x + tap_x;
      int inside = row >= 0 && row < in->height && column >= 0 && column < in->width;
      const float *from =
          inside ? plane + ((ptrdiff_t)(row - in->top) * in->width + column) * R2_BLOCK : zeros;
      V_TYPE *line = V_NAME(v_at)(to, block, i);
      R2_EACH_PART(part) V_STORE(line + part, LOAD(from + part));
      if (++x == width) x = 0, y++;
    }
  }
}
