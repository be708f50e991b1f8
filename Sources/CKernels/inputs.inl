// From activations to V, the transformed input. Before it is included: V_TYPE, V_NAME, V_STORE(to, vector) and
// V_AT(v, chunk_stride, block, tile).

// Bᵀ d B of a patch whose rows lie `pitch` and columns `step` floats apart; position (i, j) goes to v + (i·points + j)·stride.
#define INPUT_PATCH(PY, QY, ZY, PX, QX, ZX)                                                               \
  R2_INLINE void V_NAME(R2_PASTE(input_patch_##PY, PX))(const float *d, ptrdiff_t pitch, ptrdiff_t step, const r2_transform *ty, \
                                                const r2_transform *tx, V_TYPE *v, ptrdiff_t stride) {    \
    vf columns[PY * PX];                                                                                  \
    R2_UNROLL for (int x = 0; x < PX; x++) {                                                              \
      vf column[PY];                                                                                      \
      R2_UNROLL for (int y = 0; y < PY; y++) column[y] = LOAD(d + y * pitch + x * step);                  \
      input_line(column, 1, columns + x, PX, ty, ZY, QY, 1);                                              \
    }                                                                                                     \
    for (int y = 0; y < PY; y++) {                                                                        \
      vf row[PX];                                                                                         \
      input_line(columns + y * PX, 1, row, 1, tx, ZX, QX, 1);                                             \
      R2_UNROLL for (int x = 0; x < PX; x++) V_STORE(v + (y * PX + x) * stride, row[x]);                  \
    }                                                                                                     \
  }

INPUT_PATCH(4, 1, 1, 4, 1, 1)
INPUT_PATCH(5, 2, 0, 5, 2, 0)
INPUT_PATCH(6, 2, 1, 6, 2, 1)
INPUT_PATCH(6, 2, 1, 8, 3, 1)
INPUT_PATCH(8, 3, 1, 6, 2, 1)
INPUT_PATCH(8, 3, 1, 8, 3, 1)

R2_INLINE void V_NAME(input_patch)(const float *d, ptrdiff_t pitch, ptrdiff_t step, const r2_transform *ty, const r2_transform *tx,
                           V_TYPE *v, ptrdiff_t stride) {
  switch (ty->points * 16 + tx->points) {
    case 0x44: V_NAME(input_patch_4_4)(d, pitch, step, ty, tx, v, stride); break;
    case 0x55: V_NAME(input_patch_5_5)(d, pitch, step, ty, tx, v, stride); break;
    case 0x66: V_NAME(input_patch_6_6)(d, pitch, step, ty, tx, v, stride); break;
    case 0x68: V_NAME(input_patch_6_8)(d, pitch, step, ty, tx, v, stride); break;
    case 0x86: V_NAME(input_patch_8_6)(d, pitch, step, ty, tx, v, stride); break;
    default: V_NAME(input_patch_8_8)(d, pitch, step, ty, tx, v, stride); break;
  }
}

// The tile's patch starts at input row y, column x, and holds every `step`-th row and column. Where it leaves the picture a copy with zeros serves.
R2_INLINE void V_NAME(input_tile)(const r2_view *in, int frame, int block, int y, int x, int step, const r2_transform *ty,
                          const r2_transform *tx, V_TYPE *v, ptrdiff_t stride) {
  int py = ty->points, px = tx->points;
  const float *plane = in->base + frame * in->frame + block * in->plane;
  ptrdiff_t width = in->width;
  if (y >= 0 && x >= 0 && y + (py - 1) * step < in->height && x + (px - 1) * step < in->width) {
    const float *d = plane + ((y - in->top) * width + x) * R2_BLOCK;
    for (int part = 0; part < R2_BLOCK; part += LANES)
      V_NAME(input_patch)(d + part, width * R2_BLOCK * step, R2_BLOCK * step, ty, tx, v + part, stride);
    return;
  }
  _Alignas(64) float patch[8 * 8 * R2_BLOCK];
  memset(patch, 0, (size_t)(py * px) * R2_BLOCK * sizeof(float));
  for (int i = 0; i < py; i++) {
    int row = y + i * step;
    if (row < 0 || row >= in->height) continue;
    for (int j = 0; j < px; j++) {
      int column = x + j * step;
      if (column < 0 || column >= in->width) continue;
      memcpy(patch + (i * px + j) * R2_BLOCK, plane + ((row - in->top) * width + column) * R2_BLOCK, R2_BLOCK * sizeof(float));
    }
  }
  for (int part = 0; part < R2_BLOCK; part += LANES)
    V_NAME(input_patch)(patch + part, px * R2_BLOCK, R2_BLOCK, ty, tx, v + part, stride);
}

static void V_NAME(spatial_input)(const r2_view *in, const r2_tiles *tiles, int first, int count, int block, int blocks, void *v,
                                  ptrdiff_t position_stride, ptrdiff_t chunk_stride) {
  int per_row = in->frames * tiles->columns;
  for (int b = 0; b < blocks; b++) {
    int row = first / per_row, frame = first % per_row / tiles->columns, column = first % tiles->columns;
    for (int i = 0; i < count; i++) {
      int y = tiles->top + row * tiles->y->outputs - 1, x = tiles->left + column * tiles->x->outputs - 1;
      V_NAME(input_tile)(in, frame, block + b, y, x, 1, tiles->y, tiles->x, V_AT(v, chunk_stride, block + b, i),
                 position_stride);
      if (++column == tiles->columns) {
        column = 0;
        if (++frame == in->frames) frame = 0, row++;
      }
    }
  }
}

static void V_NAME(polyphase_input)(const r2_view *in, const r2_tiles *tiles, int first, int count, int block, int blocks,
                                    void *v, ptrdiff_t position_stride, ptrdiff_t chunk_stride, ptrdiff_t segment_stride) {
  int per_row = in->frames * tiles->columns;
  for (int b = 0; b < blocks; b++) {
    int row = first / per_row, frame = first % per_row / tiles->columns, column = first % tiles->columns;
    for (int i = 0; i < count; i++) {
      int y = 2 * (tiles->top + row * tiles->y->outputs) - 1, x = 2 * (tiles->left + column * tiles->x->outputs) - 1;
      for (int phase = 0; phase < 4; phase++)
        V_NAME(input_tile)(in, frame, block + b, y + (phase >> 1), x + (phase & 1), 2, tiles->y, tiles->x,
                   V_AT((V_TYPE *)v + phase * segment_stride, chunk_stride, block + b, i), position_stride);
      if (++column == tiles->columns) {
        column = 0;
        if (++frame == in->frames) frame = 0, row++;
      }
    }
  }
}

static void V_NAME(temporal_input)(const r2_view *in, const r2_transform *t, int start, int pixel, int pixels, int block,
                                   int blocks, void *v, ptrdiff_t position_stride, ptrdiff_t chunk_stride) {
  static const float zeros[R2_BLOCK];
  for (int b = block; b < block + blocks; b++) {
    const float *source[R2_MAX_POINTS];
    ptrdiff_t advance[R2_MAX_POINTS];
    for (int i = 0; i < t->points; i++) {
      int frame = start + i - 1;
      int inside = frame >= 0 && frame < in->frames;
      source[i] = inside ? in->base + frame * in->frame + b * in->plane + (ptrdiff_t)pixel * R2_BLOCK : zeros;
      advance[i] = inside ? R2_BLOCK : 0;
    }
#define TEMPORAL_INPUT(P, M, Z, Q, I)                                                             \
  for (int i = 0; i < pixels; i++) {                                                              \
    V_TYPE *to = V_AT(v, chunk_stride, b, i);                                                     \
    R2_UNROLL for (int part = 0; part < R2_BLOCK; part += LANES) {                                \
      vf d[P], w[P];                                                                              \
      R2_UNROLL for (int k = 0; k < P; k++) d[k] = LOAD(source[k] + i * advance[k] + part);       \
      input_line(d, 1, w, 1, t, Z, Q, I);                                                         \
      R2_UNROLL for (int k = 0; k < P; k++) V_STORE(to + k * position_stride + part, w[k]);       \
    }                                                                                             \
  }
    if (t->points == 3) {  // two frames, both borders: see winograd.c
      for (int i = 0; i < pixels; i++) {
        V_TYPE *to = V_AT(v, chunk_stride, b, i);
        R2_UNROLL for (int part = 0; part < R2_BLOCK; part += LANES) {
          vf d0 = LOAD(source[1] + i * advance[1] + part), d1 = LOAD(source[2] + i * advance[2] + part);
          V_STORE(to + part, d0 + d1);
          V_STORE(to + position_stride + part, d1);
          V_STORE(to + 2 * position_stride + part, d0);
        }
      }
    } else {
      FOR_TRANSFORM(t, TEMPORAL_INPUT)
    }
#undef TEMPORAL_INPUT
  }
}

static void V_NAME(gather_input)(const r2_view *in, const r2_geometry *g, int width, int frame, int tap_y, int tap_x, int pixel,
                                 int pixels, int block, int blocks, void *v, ptrdiff_t chunk_stride) {
  static const float zeros[R2_BLOCK];
  for (int b = block; b < block + blocks; b++) {
    const float *plane = in->base + frame * in->frame + b * in->plane;
    int y = pixel / width, x = pixel % width;
    for (int i = 0; i < pixels; i++) {
      int row = y * g->stride_y - g->pad_y + tap_y, column = x * g->stride_x - g->pad_x + tap_x;
      int inside = row >= 0 && row < in->height && column >= 0 && column < in->width;
      const float *from = inside ? plane + ((ptrdiff_t)(row - in->top) * in->width + column) * R2_BLOCK : zeros;
      V_TYPE *to = V_AT(v, chunk_stride, b, i);
      R2_UNROLL for (int part = 0; part < R2_BLOCK; part += LANES) V_STORE(to + part, LOAD(from + part));
      if (++x == width) x = 0, y++;
    }
  }
}
