// From products to activations: output transforms with bias, residual and ReLU; then pooling and the
// classifier.

R2_INLINE void finish_store(vf value, float *to, const float *residual, int relu) {
  if (residual) value += LOAD(residual);
  if (relu) value = RELU(value);
  STORE(to, value);
}

R2_INLINE float *view_at(const r2_view *view, int frame, int block, int y, int x) {
  return view->base + frame * view->frame + block * view->plane +
         ((ptrdiff_t)(y - view->top) * view->width + x) * R2_BLOCK;
}

#define OUTPUT_PATCH(PY, MY, QY, ZY, PX, MX, QX, ZX)                                                        \
  R2_INLINE void R2_PASTE(output_patch_##PY, PX)(                                                           \
      const float *m, ptrdiff_t stride, const r2_transform *ty, const r2_transform *tx, vf bias, float *to, \
      const float *residual, ptrdiff_t pitch, int rows, int columns, int relu) {                            \
    vf half[MY * PX];                                                                                       \
    R2_EACH(x, PX) {                                                                                        \
      vf column[PY];                                                                                        \
      R2_EACH(y, PY) column[y] = LOAD(m + (y * PX + x) * stride);                                           \
      output_line(column, 1, half + x, PX, ty, ZY, QY, 1, MY);                                              \
    }                                                                                                       \
    for (int y = 0; y < rows; y++) {                                                                        \
      vf row[MX];                                                                                           \
      output_line(half + y * PX, 1, row, 1, tx, ZX, QX, 1, MX);                                             \
      R2_EACH(x, MX) {                                                                                      \
        ptrdiff_t at = y * pitch + x * R2_BLOCK;                                                            \
        if (x < columns) finish_store(row[x] + bias, to + at, residual ? residual + at : NULL, relu);       \
      }                                                                                                     \
    }                                                                                                       \
  }

OUTPUT_PATCH(4, 2, 1, 1, 4, 2, 1, 1)
OUTPUT_PATCH(5, 4, 2, 0, 5, 4, 2, 0)
OUTPUT_PATCH(6, 4, 2, 1, 6, 4, 2, 1)
OUTPUT_PATCH(6, 4, 2, 1, 8, 6, 3, 1)
OUTPUT_PATCH(8, 6, 3, 1, 6, 4, 2, 1)
OUTPUT_PATCH(8, 6, 3, 1, 8, 6, 3, 1)

R2_INLINE void output_patch(const float *m, ptrdiff_t stride, const r2_transform *ty, const r2_transform *tx,
                            vf bias, float *to, const float *residual, ptrdiff_t pitch, int rows, int columns,
                            int relu) {
  switch (ty->points * 16 + tx->points) {
    case 0x44: output_patch_4_4(m, stride, ty, tx, bias, to, residual, pitch, rows, columns, relu); break;
    case 0x55: output_patch_5_5(m, stride, ty, tx, bias, to, residual, pitch, rows, columns, relu); break;
    case 0x66: output_patch_6_6(m, stride, ty, tx, bias, to, residual, pitch, rows, columns, relu); break;
    case 0x68: output_patch_6_8(m, stride, ty, tx, bias, to, residual, pitch, rows, columns, relu); break;
    case 0x86: output_patch_8_6(m, stride, ty, tx, bias, to, residual, pitch, rows, columns, relu); break;
    default: output_patch_8_8(m, stride, ty, tx, bias, to, residual, pitch, rows, columns, relu); break;
  }
}

static void R2_NAME(spatial_output)(const r2_sums *sums, const r2_tiles *tiles, r2_range range,
                                    const r2_view *out, const r2_finish *finish) {
  ptrdiff_t pitch = (ptrdiff_t)out->width * R2_BLOCK;
  const float *m = sums->base;
  for (int p = sums->panels.first; p < sums->panels.first + sums->panels.count; p++, m += sums->panel) {
    r2_tile tile = r2_tile_at(tiles, out->frames, range.first);
    for (int i = 0; i < range.count; i++, r2_tile_next(tiles, out->frames, &tile)) {
      int y = tiles->top + tile.row * tiles->y->outputs, x = tiles->left + tile.column * tiles->x->outputs;
      int rows = tiles->bottom - y < tiles->y->outputs ? tiles->bottom - y : tiles->y->outputs;
      int columns = tiles->right - x < tiles->x->outputs ? tiles->right - x : tiles->x->outputs;
      float *to = view_at(out, tile.frame, p, y, x);
      const float *residual = finish->residual ? view_at(finish->residual, tile.frame, p, y, x) : NULL;
      for (int part = 0; part < R2_BLOCK; part += LANES) {
        vf bias = finish->bias ? LOAD(finish->bias + p * R2_BLOCK + part) : (vf)0;
        output_patch(m + i * R2_BLOCK + part, sums->position, tiles->y, tiles->x, bias, to + part,
                     residual ? residual + part : NULL, pitch, rows, columns, finish->relu);
      }
    }
  }
}

// Where the outputs of some pixels of one panel go, frame by frame, and what is added to them.
typedef struct {
  float *to;
  const float *residual;  // or NULL
  ptrdiff_t frame, residual_frame;
} R2_NAME(frames);

R2_INLINE R2_NAME(frames)
    frames_at(const r2_view *out, const r2_view *residual, int frame, int panel, int pixel) {
  R2_NAME(frames)
  at = {.to = out->base + frame * out->frame + panel * out->plane + (ptrdiff_t)pixel * R2_BLOCK,
        .frame = out->frame};
  if (!residual) return at;
  at.residual =
      residual->base + frame * residual->frame + panel * residual->plane + (ptrdiff_t)pixel * R2_BLOCK;
  at.residual_frame = residual->frame;
  return at;
}

// Two frames, both borders: see winograd.c.
R2_INLINE void pair_output(const float *m, ptrdiff_t position, ptrdiff_t at, vf bias,
                           const R2_NAME(frames) * f, int relu) {
  vf shared = LOAD(m + at) + bias;
  const float *residual = f->residual;
  finish_store(shared + LOAD(m + position + at), f->to + at, residual ? residual + at : NULL, relu);
  finish_store(shared + LOAD(m + 2 * position + at), f->to + f->frame + at,
               residual ? residual + f->residual_frame + at : NULL, relu);
}

#define TEMPORAL_OUTPUT(P, M, Z, Q, I)                                                            \
  for (int i = 0; i < pixels.count; i++) {                                                        \
    R2_EACH_PART(part) {                                                                          \
      vf bias = finish->bias ? LOAD(finish->bias + p * R2_BLOCK + part) : (vf)0;                  \
      ptrdiff_t at = i * R2_BLOCK + part;                                                         \
      vf w[P], y[M];                                                                              \
      R2_EACH(k, P) w[k] = LOAD(m + k * sums->position + at);                                     \
      output_line(w, 1, y, 1, t, Z, Q, I, M);                                                     \
      R2_EACH(k, M) {                                                                             \
        if (k < frames)                                                                           \
          finish_store(y[k] + bias, f.to + k * f.frame + at,                                      \
                       f.residual ? f.residual + k * f.residual_frame + at : NULL, finish->relu); \
      }                                                                                           \
    }                                                                                             \
  }

static void R2_NAME(temporal_output)(const r2_sums *sums, const r2_transform *t, int start, r2_range pixels,
                                     const r2_view *out, const r2_finish *finish) {
  int frames = out->frames - start < t->outputs ? out->frames - start : t->outputs;
  const float *m = sums->base;
  for (int p = sums->panels.first; p < sums->panels.first + sums->panels.count; p++, m += sums->panel) {
    R2_NAME(frames) f = frames_at(out, finish->residual, start, p, pixels.first);
    if (t->points == 3) {
      for (int i = 0; i < pixels.count; i++) {
        R2_EACH_PART(part) {
          vf bias = finish->bias ? LOAD(finish->bias + p * R2_BLOCK + part) : (vf)0;
          pair_output(m, sums->position, i * R2_BLOCK + part, bias, &f, finish->relu);
        }
      }
    } else {
      FOR_TRANSFORM(t, TEMPORAL_OUTPUT)
    }
  }
}
#undef TEMPORAL_OUTPUT

static void R2_NAME(direct_output)(const r2_sums *sums, int frame, r2_range pixels, const r2_view *out,
                                   const r2_finish *finish) {
  const float *m = sums->base;
  for (int p = sums->panels.first; p < sums->panels.first + sums->panels.count; p++, m += sums->panel) {
    R2_NAME(frames) f = frames_at(out, finish->residual, frame, p, pixels.first);
    R2_EACH_PART(part) {
      vf bias = finish->bias ? LOAD(finish->bias + p * R2_BLOCK + part) : (vf)0;
      for (int i = 0; i < pixels.count; i++) {
        ptrdiff_t at = i * R2_BLOCK + part;
        finish_store(LOAD(m + at) + bias, f.to + at, f.residual ? f.residual + at : NULL, finish->relu);
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

static void R2_NAME(linear)(const float *w, const float *bias, const float *x, int rows, int columns,
                            float *y) {
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
