// What comes after the last convolution: pooling and the classifier.

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
