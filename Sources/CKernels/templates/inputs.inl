// From activations to V, the transformed input. Before it is included: V_TYPE, V_NAME, V_STORE(to, vector)
// and V_VALUES, the values of an element.

// The 16 values of a tile and a block.
R2_INLINE V_TYPE *V_NAME(v_at)(const r2_transformed *to, int block, int tile) {
  float *line = to->base + block / V_VALUES * to->chunk + tile * to->tile;
  return (V_TYPE *)line + block % V_VALUES * R2_BLOCK;
}

// Bᵀ d B of a patch whose rows lie `pitch` and columns `step` floats apart, its positions `stride` values
// apart.
#define INPUT_PATCH(PY, QY, ZY, PX, QX, ZX)                                                              \
  R2_INLINE void V_NAME(R2_PASTE(input_patch_##PY, PX))(const float *d, ptrdiff_t pitch, ptrdiff_t step, \
                                                        const r2_transform *ty, const r2_transform *tx,  \
                                                        V_TYPE *v, ptrdiff_t stride) {                   \
    vf columns[PY * PX];                                                                                 \
    R2_EACH(x, PX) {                                                                                     \
      vf column[PY];                                                                                     \
      R2_EACH(y, PY) column[y] = LOAD(d + y * pitch + x * step);                                         \
      input_line(column, 1, columns + x, PX, ty, ZY, QY, 1);                                             \
    }                                                                                                    \
    for (int y = 0; y < PY; y++) {                                                                       \
      vf row[PX];                                                                                        \
      input_line(columns + y * PX, 1, row, 1, tx, ZX, QX, 1);                                            \
      R2_EACH(x, PX) V_STORE(v + (y * PX + x) * stride, row[x]);                                         \
    }                                                                                                    \
  }

INPUT_PATCH(4, 1, 1, 4, 1, 1)
INPUT_PATCH(5, 2, 0, 5, 2, 0)
INPUT_PATCH(6, 2, 1, 6, 2, 1)
INPUT_PATCH(9, 4, 0, 9, 4, 0)

R2_INLINE void V_NAME(input_patch)(const float *d, ptrdiff_t pitch, ptrdiff_t step, const r2_transform *ty,
                                   const r2_transform *tx, V_TYPE *v, ptrdiff_t stride) {
  switch (ty->points * 16 + tx->points) {
    case 0x44: V_NAME(input_patch_4_4)(d, pitch, step, ty, tx, v, stride); break;
    case 0x55: V_NAME(input_patch_5_5)(d, pitch, step, ty, tx, v, stride); break;
    case 0x66: V_NAME(input_patch_6_6)(d, pitch, step, ty, tx, v, stride); break;
    default: V_NAME(input_patch_9_9)(d, pitch, step, ty, tx, v, stride); break;
  }
}

// The tile's patch starts at input row y, column x, and holds every `step`-th row and column. Where it leaves
// the frame a copy with zeros serves.
R2_INLINE void V_NAME(input_tile)(const r2_view *in, int frame, int block, int y, int x, int step,
                                  const r2_transform *ty, const r2_transform *tx, V_TYPE *v,
                                  ptrdiff_t stride) {
  int py = ty->points, px = tx->points;
  const float *plane = in->base + frame * in->frame + block * in->plane;
  ptrdiff_t width = in->width;
  prefetch_patch(in, plane, frame, y, x + 1 + AHEAD * tx->outputs * step, py, tx->outputs, step);
  if (y >= 0 && x >= 0 && y + (py - 1) * step < in->height && x + (px - 1) * step < in->width) {
    const float *d = plane + ((y - in->top) * width + x) * R2_BLOCK;
    for (int part = 0; part < R2_BLOCK; part += LANES)
      V_NAME(input_patch)(d + part, width * R2_BLOCK * step, R2_BLOCK * step, ty, tx, v + part, stride);
    return;
  }
  _Alignas(64) float patch[R2_MAX_SIDE * R2_MAX_SIDE * R2_BLOCK];
  memset(patch, 0, (size_t)(py * px) * R2_BLOCK * sizeof(float));
  for (int i = 0; i < py; i++) {
    int row = y + i * step;
    if (row < 0 || row >= in->height) continue;
    for (int j = 0; j < px; j++) {
      int column = x + j * step;
      if (column < 0 || column >= in->width) continue;
      memcpy(patch + (i * px + j) * R2_BLOCK, plane + ((row - in->top) * width + column) * R2_BLOCK,
             R2_BLOCK * sizeof(float));
    }
  }
  for (int part = 0; part < R2_BLOCK; part += LANES)
    V_NAME(input_patch)(patch + part, px * R2_BLOCK, R2_BLOCK, ty, tx, v + part, stride);
}

static void V_NAME(spatial_input)(const r2_view *in, const r2_tiles *tiles, r2_range range, r2_range blocks,
                                  const r2_transformed *to) {
  R2_ASSERT(tiles->y->taps == 3 && tiles->x->taps == 3);
  R2_ASSERT(tiles->y->points <= R2_MAX_SIDE && tiles->x->points <= R2_MAX_SIDE);
  for (int block = blocks.first; block < blocks.first + blocks.count; block++) {
    r2_tile tile = r2_tile_at(tiles, in->frames, range.first);
    for (int i = 0; i < range.count; i++, r2_tile_next(tiles, in->frames, &tile)) {
      int y = tile.row * tiles->y->outputs - 1, x = tile.column * tiles->x->outputs - 1;
      V_NAME(input_tile)(in, tile.frame, block, y, x, 1, tiles->y, tiles->x, V_NAME(v_at)(to, block, i),
                         to->position * V_VALUES);
    }
  }
}

static void V_NAME(polyphase_input)(const r2_view *in, const r2_tiles *tiles, r2_range range, r2_range blocks,
                                    const r2_transformed *to) {
  R2_ASSERT(tiles->y->taps == 2 && tiles->x->taps == 2);
  for (int block = blocks.first; block < blocks.first + blocks.count; block++) {
    r2_tile tile = r2_tile_at(tiles, in->frames, range.first);
    for (int i = 0; i < range.count; i++, r2_tile_next(tiles, in->frames, &tile)) {
      int y = 2 * tile.row * tiles->y->outputs - 1, x = 2 * tile.column * tiles->x->outputs - 1;
      for (int phase = 0; phase < 4; phase++)
        V_NAME(input_tile)(in, tile.frame, block, y + (phase >> 1), x + (phase & 1), 2, tiles->y, tiles->x,
                           V_NAME(v_at)(to, block, i) + phase * to->segment * V_VALUES,
                           to->position * V_VALUES);
    }
  }
}

// Two frames, both borders: see winograd.c.
R2_INLINE void V_NAME(pair_input)(const float *const *source, const ptrdiff_t *advance, int pixel, V_TYPE *to,
                                  ptrdiff_t stride) {
  R2_EACH_PART(part) {
    vf d0 = LOAD(source[1] + pixel * advance[1] + part), d1 = LOAD(source[2] + pixel * advance[2] + part);
    V_STORE(to + part, d0 + d1);
    V_STORE(to + stride + part, d1);
    V_STORE(to + 2 * stride + part, d0);
  }
}

// What as many pixels further on need, the next batch on the way to integers, is asked for.
#define TEMPORAL_INPUT(P, M, Z, Q, I)                                                    \
  for (int i = 0; i < pixels.count; i++) {                                               \
    V_TYPE *line = V_NAME(v_at)(to, block, i);                                           \
    R2_EACH(k, P) __builtin_prefetch(source[k] + (i + pixels.count) * advance[k], 0, 3); \
    R2_EACH_PART(part) {                                                                 \
      vf d[P], w[P];                                                                     \
      R2_EACH(k, P) d[k] = LOAD(source[k] + i * advance[k] + part);                      \
      input_line(d, 1, w, 1, t, Z, Q, I);                                                \
      R2_EACH(k, P) V_STORE(line + k * stride + part, w[k]);                             \
    }                                                                                    \
  }

static void V_NAME(temporal_input)(const r2_view *in, const r2_transform *t, int start, r2_range pixels,
                                   r2_range blocks, const r2_transformed *to) {
  static const float zeros[R2_BLOCK];
  ptrdiff_t stride = to->position * V_VALUES;
  R2_ASSERT(t->taps == 3 && t->points <= R2_MAX_POINTS && start >= 0 && start < in->frames);
  for (int block = blocks.first; block < blocks.first + blocks.count; block++) {
    const float *source[R2_MAX_POINTS];
    ptrdiff_t advance[R2_MAX_POINTS];
    for (int i = 0; i < t->points; i++) {
      int frame = start + i - 1;
      int inside = frame >= 0 && frame < in->frames;
      const float *plane = in->base + frame * in->frame + block * in->plane;
      source[i] = inside ? plane + (ptrdiff_t)pixels.first * R2_BLOCK : zeros;
      advance[i] = inside ? R2_BLOCK : 0;
    }
    if (t->points == 3) {
      for (int i = 0; i < pixels.count; i++)
        V_NAME(pair_input)(source, advance, i, V_NAME(v_at)(to, block, i), stride);
    } else {
      FOR_TRANSFORM(t, TEMPORAL_INPUT)
    }
  }
}
#undef TEMPORAL_INPUT

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
