// One-dimensional Winograd transforms over vectors, written once and compiled for each instruction set.
// Formulas: Winograd, "Arithmetic Complexity of Computations" (1980); Lavin and Gray, arXiv 1509.09308.

// One column of Bᵀd. With R(x) = Π(x² − p²) over the other pairs and S(x) over all pairs, the rows are S for
// 0, (x ± p_q)·x^zero·R for ±p_q, x^zero·S for ∞: so each pair shares two sums, one over even and one over
// odd inputs.
R2_INLINE void input_line(const vf *d, const int ds, vf *v, const int vs, const r2_transform *t,
                          const int zero, const int pairs, const int infinity) {
  int row = 0;
  if (zero) {
    vf s = d[2 * pairs * ds];
    R2_EACH(k, pairs) s += t->product[k] * d[2 * k * ds];
    v[row++ * vs] = s;
  }
  R2_EACH(q, pairs) {
    vf even = d[(zero + 2 * (pairs - 1)) * ds], odd = d[(zero + 2 * (pairs - 1) + 1) * ds];
    R2_EACH(k, pairs - 1) {
      even += t->remainder[q][k] * d[(zero + 2 * k) * ds];
      odd += t->remainder[q][k] * d[(zero + 2 * k + 1) * ds];
    }
    v[row++ * vs] = odd + t->pair[q] * even;
    v[row++ * vs] = odd - t->pair[q] * even;
  }
  if (infinity) {
    vf s = d[(zero + 2 * pairs) * ds];
    R2_EACH(k, pairs) s += t->product[k] * d[(zero + 2 * k) * ds];
    v[row * vs] = s;
  }
}

// m[i], or m[i] times its factor, added to `sum`.
R2_INLINE vf plus_scaled(vf sum, const vf *m, const vf *factor, int i) {
  return factor ? __builtin_elementwise_fma(m[i], factor[i], sum) : sum + m[i];
}

// One column of Aᵀm: output i is Σ p^i (m₊ ± m₋), with 0 adding to the first output and ∞ to the last. Where
// there are factors, each m is first to be multiplied by its own: in one instruction with its sum.
R2_INLINE void output_line(const vf *m, const vf *factor, vf *y, const int ys, const r2_transform *t,
                           const int zero, const int pairs, const int infinity, const int outputs) {
  vf sum[4], difference[4];
  R2_EACH(q, pairs) {
    const int k = zero + 2 * q;
    vf a = factor ? m[k] * factor[k] : m[k];
    sum[q] = plus_scaled(a, m, factor, k + 1);
    difference[q] = factor ? __builtin_elementwise_fma(-m[k + 1], factor[k + 1], a) : a - m[k + 1];
  }
  R2_EACH(i, outputs) {
    vf s = i == 0 ? sum[0] : (i & 1) ? t->power[0][i] * difference[0] : t->power[0][i] * sum[0];
    if (i == 0 && zero) s = plus_scaled(s, m, factor, 0);
    R2_EACH_FROM(q, 1, pairs)
      s += i == 0 ? sum[q] : (i & 1) ? t->power[q][i] * difference[q] : t->power[q][i] * sum[q];
    if (i == outputs - 1 && infinity) s = plus_scaled(s, m, factor, zero + 2 * pairs);
    y[i * ys] = s;
  }
}

// The transforms of three taps: F(2,3), F(4,3), F(7,3), F(8,3). Expands CASE with constants: points, outputs,
// zero, pairs, infinity.
#define FOR_TRANSFORM(t, CASE)           \
  switch ((t)->points) {                 \
    case 4: CASE(4, 2, 1, 1, 1) break;   \
    case 6: CASE(6, 4, 1, 2, 1) break;   \
    case 9: CASE(9, 7, 0, 4, 1) break;   \
    default: CASE(10, 8, 1, 4, 1) break; \
  }
