// From products to activations: output transforms with bias, residual and ReLU; then pooling and the classifier.

R2_INLINE void finish_store(vf value, float *to, const float *residual, int relu) {
  if (residual) value += LOAD(residual);
  if (relu) value = RELU(value);
  STORE(to, value);
}

R2_INLINE float *view_at(const r2_view *view, int frame, int block, int y, int x) {
  return view->base + frame * view->frame + block * view->plane + ((ptrdiff_t)(y - view->top) * view->width + x) * R2_BLOCK;
}

#define OUTPUT_PATCH(PY, MY, QY, ZY, PX, MX, QX, ZX)                                                           \
  R2_INLINE void R2_PASTE(output_patch_##PY, PX)(const float *m, ptrdiff_t stride, const r2_transform *ty,     \
                                                 const r2_transform *tx, vf bias, float *to, const float *residual, \
                                                 ptrdiff_t pitch, int rows, int columns, int relu) {           \
    vf half[MY * PX];                                                                                          \
    R2_UNROLL for (int x = 0; x < PX; x++) {                                                                   \
      vf column[PY];                                                                                           \
      R2_UNROLL for (int y = 0; y < PY; y++) column[y] = LOAD(m + (y * PX + x) * stride);                      \
      output_line(column, 1, half + x, PX, ty, ZY, QY, 1, MY);                                                 \
    }                                                                                                          \
    for (int y = 0; y < rows; y++) {                                                                           \
      vf row[MX];                                                                                              \
      output_line(half + y * PX, 1, row, 1, tx, ZX, QX, 1, MX);                                                \
      R2_UNROLL for (int x = 0; x < MX; x++) {                                                                 \
        ptrdiff_t at = y * pitch + x * R2_BLOCK;                                                               \
        if (x < columns) finish_store(row[x] + bias, to + at, residual ? residual + at : NULL, relu);          \
      }                                                                                                        \
    }                                                                                                          \
  }

OUTPUT_PATCH(4, 2, 1, 1, 4, 2, 1, 1)
OUTPUT_PATCH(5, 4, 2, 0, 5, 4, 2, 0)
OUTPUT_PATCH(6, 4, 2, 1, 6, 4, 2, 1)
OUTPUT_PATCH(6, 4, 2, 1, 8, 6, 3, 1)
OUTPUT_PATCH(8, 6, 3, 1, 6, 4, 2, 1)
OUTPUT_PATCH(8, 6, 3, 1, 8, 6, 3, 1)

R2_INLINE void output_patch(const float *m, ptrdiff_t stride, const r2_transform *ty, const r2_transform *tx, vf bias,
                            float *to, const float *residual, ptrdiff_t pitch, int rows, int columns, int relu) {
  switch (ty->points * 16 + tx->points) {
    case 0x44: output_patch_4_4(m, stride, ty, tx, bias, to, residual, pitch, rows, columns, relu); break;
    case 0x55: output_patch_5_5(m, stride, ty, tx, bias, to, residual, pitch, rows, columns, relu); break;
    case 0x66: output_patch_6_6(m, stride, ty, tx, bias, to, residual, pitch, rows, columns, relu); break;
    case 0x68: output_patch_6_8(m, stride, ty, tx, bias, to, residual, pitch, rows, columns, relu); break;
    case 0x86: output_patch_8_6(m, stride, ty, tx, bias, to, residual, pitch, rows, columns, relu); break;
    default: output_patch_8_8(m, stride, ty, tx, bias, to, residual, pitch, rows, columns, relu); break;
  }
}

static void R2_NAME(spatial_output)(const float *m, ptrdiff_t position_stride, ptrdiff_t panel_stride, const r2_tiles *tiles,
                                    int first, int count, int panel, int panels, const r2_view *out, const r2_finish *finish) {
  int per_row = out->frames * tiles->columns;
  ptrdiff_t pitch = (ptrdiff_t)out->width * R2_BLOCK;
  for (int p = panel; p < panel + panels; p++, m += panel_stride) {
    int row = first / per_row, frame = first % per_row / tiles->columns, column = first % tiles->columns;
    for (int i = 0; i < count; i++) {
      int y = tiles->top + row * tiles->y->outputs, x = tiles->left + column * tiles->x->outputs;
      int rows = tiles->bottom - y < tiles->y->outputs ? tiles->bottom - y : tiles->y->outputs;
      int columns = tiles->right - x < tiles->x->outputs ? tiles->right - x : tiles->x->outputs;
      float *to = view_at(out, frame, p, y, x);
      const float *residual = finish->residual ? view_at(finish->residual, frame, p, y, x) : NULL;
      for (int part = 0; part < R2_BLOCK; part += LANES) {
        vf bias = finish->bias ? LOAD(finish->bias + p * R2_BLOCK + part) : (vf)0;
        output_patch(m + i * R2_BLOCK + part, position_stride, tiles->y, tiles->x, bias, to + part,
                     residual ? residual + part : NULL, pitch, rows, columns, finish->relu);
      }
      if (++column == tiles->columns) {
        column = 0;
        if (++frame == out->frames) frame = 0, row++;
      }
    }
  }
}

static void R2_NAME(temporal_output)(const float *m, ptrdiff_t position_stride, ptrdiff_t panel_stride, const r2_transform *t,
                                     int start, int pixel, int pixels, int panel, int panels, const r2_view *out,
                                     const r2_finish *finish) {
  int frames = out->frames - start < t->outputs ? out->frames - start : t->outputs;
  for (int p = panel; p < panel + panels; p++, m += panel_stride) {
    float *to = out->base + start * out->frame + p * out->plane + (ptrdiff_t)pixel * R2_BLOCK;
    const r2_view *r = finish->residual;
    const float *residual = r ? r->base + start * r->frame + p * r->plane + (ptrdiff_t)pixel * R2_BLOCK : NULL;
    ptrdiff_t frame = out->frame, residual_frame = r ? r->frame : 0;
#define TEMPORAL_OUTPUT(P, M, Z, Q, I)                                                                        \
  for (int i = 0; i < pixels; i++) {                                                                          \
    R2_UNROLL for (int part = 0; part < R2_BLOCK; part += LANES) {                                            \
      vf bias = finish->bias ? LOAD(finish->bias + p * R2_BLOCK + part) : (vf)0;                              \
      ptrdiff_t at = i * R2_BLOCK + part;                                                                     \
      vf w[P], y[M];                                                                                          \
      R2_UNROLL for (int k = 0; k < P; k++) w[k] = LOAD(m + k * position_stride + at);                        \
      output_line(w, 1, y, 1, t, Z, Q, I, M);                                                                 \
      R2_UNROLL for (int k = 0; k < M; k++) {                                                                 \
        if (k < frames)                                                                                       \
          finish_store(y[k] + bias, to + k * frame + at, residual ? residual + k * residual_frame + at : NULL, \
                       finish->relu);                                                                         \
      }                                                                                                       \
    }                                                                                                         \
  }
    if (t->points == 3) {
      for (int i = 0; i < pixels; i++) {
        R2_UNROLL for (int part = 0; part < R2_BLOCK; part += LANES) {
          vf bias = finish->bias ? LOAD(finish->bias + p * R2_BLOCK + part) : (vf)0;
          ptrdiff_t at = i * R2_BLOCK + part;
          vf shared = LOAD(m + at) + bias;
          finish_store(shared + LOAD(m + position_stride + at), to + at, residual ? residual + at : NULL, finish->relu);
          finish_store(shared + LOAD(m + 2 * position_stride + at), to + frame + at,
                       residual ? residual + residual_frame + at : NULL, finish->relu);
        }
      }
    } else {
      FOR_TRANSFORM(t, TEMPORAL_OUTPUT)
    }
#undef TEMPORAL_OUTPUT
  }
}

static void R2_NAME(direct_output)(const float *m, ptrdiff_t panel_stride, int frame, int pixel, int pixels, int panel,
                                   int panels, const r2_view *out, const r2_finish *finish) {
  const r2_view *r = finish->residual;
  for (int p = panel; p < panel + panels; p++, m += panel_stride) {
    float *to = out->base + frame * out->frame + p * out->plane + (ptrdiff_t)pixel * R2_BLOCK;
    const float *residual = r ? r->base + frame * r->frame + p * r->plane + (ptrdiff_t)pixel * R2_BLOCK : NULL;
    R2_UNROLL for (int part = 0; part < R2_BLOCK; part += LANES) {
      vf bias = finish->bias ? LOAD(finish->bias + p * R2_BLOCK + part) : (vf)0;
      for (int i = 0; i < pixels; i++) {
        ptrdiff_t at = i * R2_BLOCK + part;
        finish_store(LOAD(m + at) + bias, to + at, residual ? residual + at : NULL, finish->relu);
      }
    }
  }
}

static void R2_NAME(pool)(const r2_view *in, int block, float *out) {
  int pixels = in->height * in->width;
  for (int part = 0; part < R2_BLOCK; part += LANES) {
    vf sum = 0;
    for (int t = 0; t < in->frames; t++) {
      const float *plane = in->base + t * in->frame + block * in->plane + part;
      for (int i = 0; i < pixels; i++) sum += LOAD(plane + (ptrdiff_t)i * R2_BLOCK);
    }
    STORE(out + part, sum * (1.0f / (float)(in->frames * pixels)));
  }
}

static void R2_NAME(linear)(const float *w, const float *bias, const float *x, int rows, int columns, float *y) {
  for (int o = 0; o < rows; o++) {
    const float *row = w + (ptrdiff_t)o * columns;
    vf sum = 0;
    int i = 0;
    for (; i + LANES <= columns; i += LANES) sum += LOAD(row + i) * LOAD(x + i);
    float total = bias ? bias[o] : 0;
    for (int k = 0; k < LANES; k++) total += sum[k];
    for (; i < columns; i++) total += row[i] * x[i];
    y[o] = total;
  }
}
