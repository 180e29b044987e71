/* KH_AM004 option 2, factored, in C: some draws side by side, the sums of a few of them in registers.
   by_hand_factored.py says what it is given and in which order. Built with -O3 -march=native. */
#include <stdint.h>
#include <string.h>

#ifdef __AVX512F__
#define V 8
#else
#define V 4
#endif
#define W 8 /* vectors whose sums are in registers */
#define LANES (W * V)
#define YEARS 64
typedef double lane __attribute__((vector_size(8 * V)));
typedef int64_t mask __attribute__((vector_size(8 * V)));
typedef lane row[W];
typedef struct { const int32_t *starts, *which; const double *weights; } terms;

static int PAIR_I[132], PAIR_J[132], pairs;

static inline lane positive(lane x)
{
    lane none = {0};
    return (lane)((x > none) & (mask)x);
}

static void weighted(const row *restrict rows, terms t, int sums, row *restrict out)
{
    for (int y = 0; y < sums; y++) {
        row sum = {0};
        for (int k = t.starts[y]; k < t.starts[y + 1]; k++) {
            const lane *r = rows[t.which[k]];
            double x = t.weights[k];
            for (int v = 0; v < W; v++) sum[v] += r[v] * x;
        }
        memcpy(out[y], sum, sizeof sum);
    }
}

static void load(const double *from, int64_t count, int64_t at, int n, int rows, row *to)
{
    for (int k = 0; k < rows; k++) memcpy(to[k], from + k * count + at, 8 * n);
}

static void projected(const double *area, const double *matrix, int per_draw, terms losses, terms moves, const row *ef,
                      int64_t count, int64_t s, int n, int years, row *change)
{
    row now[12] = {0}, then[12], loss[12] = {0}, held[144] = {0};
    load(area, count, s, n, 12, now);
    if (per_draw) {
        load(matrix, count, s, n, 144, held);
        for (int k = 0; k < pairs; k++)
            for (int v = 0; v < W; v++) loss[PAIR_I[k]][v] += positive(held[PAIR_I[k] * 12 + PAIR_J[k]][v]) * ef[k][v];
    } else
        weighted(ef, losses, 12, loss);
    for (int y = 0; y < years; y++) {
        row lost = {0};
        for (int i = 0; i < 12; i++)
            for (int v = 0; v < W; v++) lost[v] += now[i][v] * loss[i][v];
        memcpy(change[y], lost, sizeof lost);
        if (per_draw)
            for (int j = 0; j < 12; j++) {
                row moved = {0};
                for (int i = 0; i < 12; i++)
                    for (int v = 0; v < W; v++) moved[v] += now[i][v] * held[i * 12 + j][v];
                memcpy(then[j], moved, sizeof moved);
            }
        else
            weighted(now, moves, 12, then);
        memcpy(now, then, sizeof now);
    }
}

static void factors(const double **rows, int64_t count, const double *scalars, int64_t s, int n, row *out)
{
    double (*g)[LANES] = (double (*)[LANES])out;
    const double *ncv = rows[3], *ef = rows[4], *sec = rows[5], *sn = rows[6], *on = rows[7], *direct = rows[8];
    for (int l = 0; l < n; l++) {
        int64_t at = s + l;
        double leach = rows[16][at] * rows[17][at];
        double ks = rows[13][at] * rows[15][at] + leach, ko = rows[14][at] * rows[15][at] + leach;
        double residue = rows[9][at] * rows[10][at] + rows[11][at] * rows[12][at];
        for (int f = 0; f < 2; f++) {
            double energy = ncv[f * count + at] * ef[f * count + at];
            g[f][l] = energy;
            g[2 + f][l] = sec[f * count + at] * energy;
            g[4 + f][l] = sec[(2 + f) * count + at] * energy;
        }
        for (int c = 0; c < 2; c++) {
            double d = direct[c * count + at];
            g[6 + c][l] = sn[c * count + at] * (d + ks) * scalars[2];
            g[8 + c][l] = on[c * count + at] * (d + ko) * scalars[2];
            g[10 + c][l] = residue * (d + leach) * scalars[2];
        }
        g[12][l] = rows[18][at] * scalars[1];
        g[13][l] = scalars[3];
        g[14][l] = rows[19][at] * scalars[1];
    }
}

void option2(void **given, int64_t count, int64_t start, int64_t stop)
{
    const double **rows = (const double **)given, **matrices = rows + 20;
    terms lists[7];
    for (int k = 0; k < 7; k++) lists[k] = (terms){given[22 + 3 * k], given[23 + 3 * k], given[24 + 3 * k]};
    const double *scalars = given[43];
    const int64_t *fixed = given[44];
    double *reductions = given[45], *credit = given[46];
    int years = (int)fixed[0], first = (int)fixed[1], per_draw = (int)fixed[2], at = 0;
    for (int i = 0; i < 12; i++)
        for (int j = 0; j < 12; j++)
            if (i != j && !((j == 9 || j == 10) && i != 9 && i != 10)) { PAIR_I[at] = i; PAIR_J[at] = j; at++; }
    pairs = at;
    row c[24] = {0}, total[12], ef[132], g[15] = {0}, rl[YEARS], pj[YEARS], d[YEARS], d_pj[YEARS], activity[YEARS];
    for (int64_t s = start; s < stop; s += LANES) {
        int n = stop - s < LANES ? (int)(stop - s) : LANES;
        load(rows[0], count, s, n, 24, c);
        for (int i = 0; i < 12; i++)
            for (int v = 0; v < W; v++) total[i][v] = c[2 * i][v] + c[2 * i + 1][v];
        for (int k = 0; k < pairs; k++)
            for (int v = 0; v < W; v++) ef[k][v] = positive(total[PAIR_I[k]][v] - total[PAIR_J[k]][v]);
        factors(rows, count, scalars, s, n, g);
        projected(rows[1], matrices[0], per_draw, lists[3], lists[4], ef, count, s, n, years, rl);
        projected(rows[2], matrices[1], per_draw, lists[5], lists[6], ef, count, s, n, years, d);
        weighted(ef, lists[0], years, pj);
        weighted(ef, lists[1], years, d_pj);
        weighted(g, lists[2], years, activity);
        row sum[2] = {0};
        for (int y = 0; y < years; y++) {
            row er;
            for (int v = 0; v < W; v++) {
                er[v] = (rl[y][v] - pj[y][v] - positive(d_pj[y][v] - d[y][v])) * scalars[1] - activity[y][v];
                sum[y < first ? 0 : 1][v] += er[v] * scalars[0];
            }
            memcpy(reductions + y * count + s, er, 8 * n);
        }
        for (int part = 0; part < 2; part++) memcpy(credit + part * count + s, sum[part], 8 * n);
    }
}
