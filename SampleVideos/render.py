#!/usr/bin/env python3
"""Renders the clips of this folder: procedural scenes under a moving camera.

  render.py [--output FOLDER] [NAME…]

Needs numpy and the ffmpeg program (with libx264). A scene is a list of layers, far to near. A layer is a
function from world coordinates (x to the right, y up, float32 arrays) and the time in seconds to colour and
cover; no picture is stored anywhere, so the camera can go where it likes.
"""
import argparse
import pathlib
import subprocess

import numpy as np

WIDTH, HEIGHT, RATE = 320, 240, 30
SUPERSAMPLING = 2  # squared rays a pixel


# Noise: everything that looks random is a hash of whole numbers.

def hashed(x, y, seed):
    """Whole numbers (as floats) to a number in 0..1 each."""
    n = (x.astype(np.int64) * 374761393 + y.astype(np.int64) * 668265263 + seed * 2147483647) & 0xFFFFFFFF
    n = ((n ^ (n >> 13)) * 1274126177) & 0xFFFFFFFF
    return ((n ^ (n >> 16)) & 0xFFFF).astype(np.float32) / 65535


def noise(x, y, seed):
    """Smooth noise in 0..1 with one bump a unit."""
    i, j = np.floor(x), np.floor(y)
    u, v = x - i, y - j
    u, v = u * u * (3 - 2 * u), v * v * (3 - 2 * v)
    top = hashed(i, j, seed) * (1 - u) + hashed(i + 1, j, seed) * u
    bottom = hashed(i, j + 1, seed) * (1 - u) + hashed(i + 1, j + 1, seed) * u
    return top * (1 - v) + bottom * v


def fractal(x, y, seed, octaves=4):
    """Noise over several scales, in 0..1."""
    total, weight = 0, 0
    for octave in range(octaves):
        total = total + noise(x * 2**octave, y * 2**octave, seed + octave) * 0.5**octave
        weight += 0.5**octave
    return total / weight


def cells(x, y, seed):
    """Voronoi: distance to the nearest point, to the second nearest, the offset from the nearest, its cell's hash."""
    i, j = np.floor(x), np.floor(y)
    near = np.full(x.shape, 9, np.float32)
    second, dx, dy, number = near.copy(), near * 0, near * 0, near * 0
    for a in (-1, 0, 1):
        for b in (-1, 0, 1):
            px = i + a + 0.15 + 0.7 * hashed(i + a, j + b, seed)
            py = j + b + 0.15 + 0.7 * hashed(i + a, j + b, seed + 1)
            d = np.hypot(x - px, y - py)
            closer = d < near
            second = np.where(closer, near, np.minimum(second, d))
            dx, dy = np.where(closer, x - px, dx), np.where(closer, y - py, dy)
            number = np.where(closer, hashed(i + a, j + b, seed + 2), number)
            near = np.where(closer, d, near)
    return near, second, dx, dy, number


def mix(a, b, t):
    """Colours a to b (three numbers or [..., 3]) by t."""
    t = np.clip(t, 0, 1)[..., None]
    return np.asarray(a, np.float32) * (1 - t) + np.asarray(b, np.float32) * t


def palette(t, colours):
    """t in 0..1 picks one of the colours."""
    table = np.asarray(colours, np.float32)
    return table[np.minimum((t * len(table)).astype(int), len(table) - 1)]


def step(edge, value, softness=0.01):
    return np.clip((value - edge) / softness + 0.5, 0, 1)


# Layers.

def sky(low, high, seed, cloud=(1, 1, 1), cover=0.5):
    def layer(x, y, time):
        colour = mix(low, high, (y + 1) / 2.4)
        puff = fractal(x * 1.1 + 0.02 * time, y * 2.2, seed, 5)
        return mix(colour, cloud, step(1 - cover, puff, 0.25) * 0.8), np.ones_like(x)
    return layer


def ridge(base, height, scale, seed, colour, snow=None, trees=False):
    def layer(x, y, time):
        top = base + height * (fractal(x * scale, x * 0, seed, 6) - 0.5) * 2
        if trees:
            i = np.floor(x * 9)
            tall = 0.10 + 0.16 * hashed(i, i * 0, seed + 9)
            side = np.abs(x * 9 - i - 0.5) * 2
            rungs = 0.25 * ((y * 28) % 1)
            top = np.maximum(top, base + 0.02 + tall * np.clip(1 - side - rungs, 0, 1))
        shade = fractal(x * 9 * scale, y * 14 * scale, seed + 20, 4)
        rgb = mix(np.asarray(colour) * 0.55, np.asarray(colour) * 1.25, shade)
        if snow is not None:
            rgb = mix(rgb, snow, step(base + height * 0.15 + 0.3 * (shade - 0.5), y, 0.08))
        return rgb, step(0, top - y)
    return layer


def sun(px, py, radius, colour):
    def layer(x, y, time):
        d = np.hypot(x - px, y - py)
        return mix(colour, colour, d), np.maximum(step(0, radius - d), 0.6 * np.exp(-((d / radius / 2.2) ** 2)))
    return layer


def city(base, height, scale, seed, wall, lit):
    def layer(x, y, time):
        i = np.floor(x * scale)
        h = hashed(i, i * 0, seed)
        top = base + height * (0.35 + 0.65 * h)
        u, v = (x * scale - i) * 6, y * scale * 7
        window = (u % 1 > 0.28) & (u % 1 < 0.78) & (v % 1 > 0.3) & (v % 1 < 0.8) & (u > 0.4) & (u < 5.6)
        on = hashed(i * 6 + np.floor(u), np.floor(v), seed + 3)
        rgb = mix(np.asarray(wall) * 0.6, np.asarray(wall) * 1.5, h) * (0.8 + 0.3 * fractal(x * 20, y * 20, seed, 2))[..., None]
        warm = palette(hashed(np.floor(u) + i, np.floor(v), seed + 4), [lit, (1, 0.75, 0.4), (0.75, 0.9, 1)])
        rgb = np.where((window & (on > 0.45))[..., None], warm * (0.5 + 0.5 * on)[..., None], np.where(window[..., None], rgb * 0.45, rgb))
        return rgb, step(0, top - y)
    return layer


def stars(x, y, time):
    near, _, _, _, number = cells(x * 9, y * 9, 71)
    glow = np.exp(-((near / (0.05 + 0.09 * number)) ** 2)) * (0.4 + 0.6 * number)
    milky = np.exp(-((y - 0.5 * x - 0.4) * 1.6) ** 2) * fractal(x * 3, y * 3, 77, 5)
    return mix((0.02, 0.03, 0.10), (0.42, 0.36, 0.62), milky * 1.1) + glow[..., None], np.ones_like(x)


def facade(seed, colours, floors=2.6, columns=3.1):
    """House fronts side by side, up to a roof line that differs from house to house."""
    def layer(x, y, time):
        house = np.floor(x * columns / 3)
        pick = hashed(house, house * 0, seed)
        u, v = x * columns, y * floors + pick
        i, j = np.floor(u), np.floor(v)
        fu, fv = u - i, v - j
        plaster = palette(pick, colours) * (0.82 + 0.25 * fractal(x * 12, y * 12, seed, 3))[..., None]
        frame = (np.abs(fu - 0.5) < 0.29) & (fv > 0.16) & (fv < 0.84)
        glass = (np.abs(fu - 0.5) < 0.24) & (fv > 0.21) & (fv < 0.79) & (np.abs(fu - 0.5) > 0.02) & (np.abs(fv - 0.55) > 0.015)
        reflection = mix((0.12, 0.16, 0.24), (0.55, 0.70, 0.85), fractal(u * 1.3 + v, v * 1.3, seed + 5, 3) + 0.3 * hashed(i, j, seed + 6) - 0.1)
        rgb = np.where(frame[..., None], np.float32([0.95, 0.94, 0.9]), plaster)
        rgb = np.where(glass[..., None], reflection, rgb)
        flowers = (fv > 0.05) & (fv < 0.2) & (np.abs(fu - 0.5) < 0.3) & (hashed(i, j, seed + 7) > 0.4)
        leaf = palette(noise(u * 22, v * 22, seed + 8), [(0.1, 0.35, 0.12), (0.2, 0.5, 0.15), (0.85, 0.2, 0.3), (0.95, 0.75, 0.2)])
        rgb = np.where(flowers[..., None], leaf, rgb)
        rgb = rgb * (1 - 0.35 * (np.abs(fv - 0.02) < 0.02))[..., None] * (1 - 0.4 * (np.abs((x * columns / 3) % 1) < 0.012))[..., None]
        return rgb, np.ones_like(x)
    return layer


def kelp(scale, seed, colour):
    def layer(x, y, time):
        sway = 0.05 * np.sin(3 * y + 1.5 * time + seed) / scale
        i = np.floor((x + sway) * scale)
        centre = i + 0.3 + 0.4 * hashed(i, i * 0, seed)
        u = (x + sway) * scale - centre
        k = np.floor(y * 3.5 * scale)
        side = np.where(k % 2 == 0, 1, -1)
        v = y * 3.5 * scale - k - 0.5
        leaf = (u * side > 0) & (np.abs(v - u * side * 0.8) < 0.42 * (1 - u * side / 0.42) * np.sqrt(np.clip(u * side, 0, 1) * 3))
        shade = 0.55 + 0.9 * fractal(x * 14, y * 14, seed, 3) + 0.3 * hashed(i, k, seed + 2)
        return np.asarray(colour, np.float32) * shade[..., None], ((np.abs(u) < 0.035) | leaf).astype(np.float32)
    return layer


def water(x, y, time):
    rays = fractal(x * 1.5 + 0.5 * y, y * 0.35, 40, 4)
    colour = mix((0.01, 0.12, 0.25), (0.25, 0.75, 0.80), (y + 3.4) / 4.5)
    near, _, _, _, number = cells(x * 4, y * 4, 44)
    bubble = step(0.03, np.abs(near - 0.09 - 0.08 * number) * -1 + 0.06, 0.02)
    return colour * (0.7 + 0.6 * rays)[..., None] + 0.3 * bubble[..., None], np.ones_like(x)


def arch(number):
    """A sheet of paper with a ragged round hole in it."""
    def layer(x, y, time):
        angle, radius = np.arctan2(y, x), np.hypot(x, y)
        edge = 0.62 + 0.10 * np.sin(5 * angle + number * 1.7) + 0.10 * noise(np.cos(angle) * 4 + 9, np.sin(angle) * 4 + 9, number) + 0.025 * np.sin(23 * angle + number)
        colour = palette(np.full(x.shape, (number * 0.381) % 1), [(0.93, 0.46, 0.30), (0.98, 0.77, 0.42), (0.33, 0.60, 0.62), (0.18, 0.36, 0.50), (0.75, 0.30, 0.42)])
        grain = 0.75 + 0.3 * fractal(x * 7, y * 7, number, 4)
        near, _, _, _, pick = cells(x * 3, y * 3, number + 50)
        dots = mix(colour * grain[..., None], (1, 0.95, 0.85), step(0, 0.17 * pick - near, 0.03) * 0.8)
        shadow = 0.55 + 0.45 * np.clip((radius - edge) / 0.12, 0, 1)
        return dots * shadow[..., None], step(0, radius - edge)
    return layer


def flowers(x, y, time):
    near, second, dx, dy, number = cells(x * 2.2, y * 2.2, 11)
    angle = np.arctan2(dy, dx) + number * 6
    petals = 0.24 + 0.13 * np.abs(np.sin(angle * (2 + np.floor(number * 3)) * 0.5 + number))
    grass = mix((0.07, 0.25, 0.08), (0.35, 0.60, 0.20), fractal(x * 12, y * 12, 13, 4))
    bloom = palette(number, [(0.95, 0.85, 0.25), (0.90, 0.30, 0.45), (0.96, 0.95, 0.98), (0.55, 0.35, 0.80), (0.98, 0.55, 0.20)])
    bloom = bloom * (0.6 + 1.3 * near + 0.2 * np.cos(angle * 9))[..., None]
    rgb = mix(grass, bloom, step(0, petals - near, 0.02))
    heart = mix((0.45, 0.25, 0.05), (0.95, 0.70, 0.10), noise(x * 50, y * 50, 17))
    return mix(rgb, heart, step(0, 0.09 - near, 0.02)), np.ones_like(x)


def glass(x, y, time):
    bend = 0.35 * (fractal(x * 1.3, y * 1.3, 30, 3) - 0.5)
    near, second, dx, dy, number = cells(x * 2.6 + bend, y * 2.6 - bend, 31)
    rgb = palette(number, [(0.80, 0.12, 0.18), (0.10, 0.30, 0.70), (0.95, 0.70, 0.15), (0.10, 0.55, 0.40), (0.55, 0.20, 0.60), (0.90, 0.90, 0.85)])
    rgb = rgb * (0.45 + 0.8 * fractal(x * 8, y * 8, 33, 4) + 0.3 * np.exp(-3 * (x * x + y * y)))[..., None]
    return mix((0.06, 0.05, 0.05), rgb, step(0.07, second - near, 0.03)), np.ones_like(x)


def lake(x, y, time):
    ripple = fractal(x * 3, y * 26 + 0.8 * time, 60, 4) + 0.25 * fractal(x * 9 - time, y * 60, 64, 2)
    return mix((0.10, 0.25, 0.38), (0.65, 0.78, 0.85), ripple * 1.1 + 0.25 * y - 0.2), step(0, -0.12 - y)


def boat(x, y, time):
    """Sails to the right by itself."""
    u, v = x - (-1.1 + 0.62 * time), y + 0.30
    hull = (v > -0.10) & (v < 0) & (np.abs(u) < 0.30 + v * 0.9)
    left = (u < -0.015) & (v > 0.04) & (v < 0.62) & (u > -0.26 * (1 - v / 0.62) - 0.015)
    right = (u > 0.015) & (v > 0.04) & (v < 0.50) & (u < 0.34 * (1 - v / 0.50) + 0.015)
    mast = (np.abs(u) < 0.010) & (v > -0.05) & (v < 0.68)
    rgb = np.where(hull[..., None], np.float32([0.55, 0.20, 0.12]), np.float32([0.96, 0.94, 0.88]))
    rgb = np.where((right & (np.floor(v * 9) % 2 == 0))[..., None], np.float32([0.80, 0.15, 0.15]), rgb)
    return np.where(mast[..., None], np.float32([0.25, 0.15, 0.1]), rgb), (hull | left | right | mast).astype(np.float32)


def birds(x, y, time):
    cover = np.zeros_like(x)
    for k in range(6):
        u, v = x - (1.3 - 0.5 * time - 0.17 * k), y - (0.55 + 0.10 * np.sin(2.3 * k))
        wing = 0.035 * np.sin(9 * time + k)
        cover = np.maximum(cover, ((np.abs(u) < 0.07) & (np.abs(v - np.abs(u) * wing * 14) < 0.012)).astype(np.float32))
    return np.full(x.shape + (3,), 0.15, np.float32), cover


def balloons(x, y, time):
    near, _, dx, dy, number = cells(x * 1.1, y * 1.1, 90)
    stripe = np.floor((np.arctan2(dy + 0.8, dx) * 9)) % 2
    rgb = np.where(stripe[..., None] > 0, palette(number, [(0.9, 0.25, 0.2), (0.2, 0.5, 0.85), (0.95, 0.7, 0.15)]), np.float32([0.97, 0.95, 0.9]))
    return rgb * (1.05 - 0.8 * (dx + 0.2) ** 2)[..., None], step(0, 0.28 - np.hypot(dx, dy * 0.85), 0.02) * (number > 0.25)


def post(x, y, time):
    """Lamp posts near the camera."""
    i = np.floor(x * 0.6)
    u = (x * 0.6 - i - 0.5) / 0.6
    return np.full(x.shape + (3,), 0.07, np.float32), ((np.abs(u) < 0.035) | (np.hypot(u, y - 0.55) < 0.10)).astype(np.float32)


# Cameras: the time in seconds to (x, y, zoom, roll in radians, dolly). A layer of parallax f sees the camera at
# f·(x, y), and a dolly d enlarges it by 1 / (1 - f·d).

def travelled(time, speed):
    """A speed that breathes by a quarter, summed up."""
    return speed * (time + 0.25 * (1 - np.cos(2.2 * time)) / 2.2)


def clips():
    """name: (seconds, camera, [(parallax, layer)…])"""
    dusk = [(0.15, sky((0.98, 0.62, 0.35), (0.25, 0.25, 0.50), 1, (0.99, 0.75, 0.65))), (0.15, sun(0.3, 0.1, 0.16, (1.0, 0.90, 0.60))),
            (0.4, ridge(0.05, 0.5, 0.8, 3, (0.50, 0.40, 0.55), (0.95, 0.85, 0.85))), (0.7, ridge(-0.2, 0.35, 1.1, 5, (0.36, 0.30, 0.45))),
            (1.0, ridge(-0.45, 0.2, 1.6, 7, (0.20, 0.24, 0.30), trees=True)), (1.4, ridge(-0.75, 0.12, 2.0, 8, (0.10, 0.14, 0.14), trees=True))]
    night = [(0.1, stars), (0.5, city(-0.5, 1.0, 3.4, 5, (0.16, 0.16, 0.28), (1, 0.9, 0.6))), (0.8, city(-0.6, 0.85, 2.6, 6, (0.12, 0.13, 0.22), (1, 0.85, 0.5))),
             (1.2, city(-1.0, 0.75, 2.0, 7, (0.09, 0.08, 0.13), (1, 0.8, 0.4)))]
    street = [(1.0, facade(3, [(0.85, 0.55, 0.35), (0.90, 0.80, 0.55), (0.55, 0.65, 0.75), (0.75, 0.40, 0.38)]))]
    sea = [(0.5, water), (0.75, kelp(2.6, 4, (0.10, 0.40, 0.32))), (1.0, kelp(1.7, 5, (0.22, 0.52, 0.20))), (1.5, kelp(0.8, 6, (0.30, 0.42, 0.10)))]
    tunnel = [(0.30, flowers)] + [(0.35 + 0.13 * k, arch(k)) for k in range(5)]
    desert = [(1.0, stars), (1.0, sun(-0.5, 0.45, 0.17, (0.95, 0.93, 0.85))), (1.0, ridge(-0.05, 0.35, 1.0, 22, (0.40, 0.22, 0.20))), (1.0, ridge(-0.4, 0.25, 1.4, 24, (0.62, 0.38, 0.22)))]
    shore = [(1.0, sky((0.85, 0.90, 0.95), (0.35, 0.58, 0.85), 52)), (1.0, ridge(0.0, 0.4, 0.9, 55, (0.35, 0.45, 0.42), (0.95, 0.95, 0.97))), (1.0, lake), (1.0, birds), (1.0, boat)]
    town = [(0.5, sky((0.75, 0.88, 0.98), (0.30, 0.55, 0.88), 80)), (0.8, balloons), (1.0, facade(12, [(0.95, 0.60, 0.50), (0.60, 0.80, 0.70), (0.95, 0.85, 0.60), (0.60, 0.65, 0.85)])), (1.5, post)]

    def turn(time):  # right for two seconds, a moment's ease, then up
        sideways = np.interp(time, [0, 1.9, 2.1, 9], [0, 1.9, 2.0, 2.0])
        return 0.95 * sideways, 0.80 * (time - sideways), 1, 0, 0

    return {
        "static": (3, lambda t: (0, 0, 1, 0, 0), shore),
        "pan_left": (3, lambda t: (2 - travelled(t, 0.95), 0, 1, 0, 0), dusk),
        "pan_right": (3, lambda t: (travelled(t, 0.8), -0.1, 1, 0, 0), night),
        "tilt_up": (3, lambda t: (0, travelled(t, 0.7), 1, 0, 0), street),
        "tilt_down": (3, lambda t: (0, -travelled(t, 0.8), 1, 0, 0), sea),
        "zoom_in": (3, lambda t: (0, 0, 1, 0, travelled(t, 0.28)), tunnel),
        "zoom_out": (3, lambda t: (0.3, 0.2, 2.4 * np.exp(-travelled(t, 0.30)), 0, 0), [(1.0, flowers)]),
        "roll_clockwise": (3, lambda t: (0, 0, 1, np.radians(travelled(t, 24)), 0), [(1.0, glass)]),
        "roll_counterclockwise": (3, lambda t: (0.1, 0, 1, np.radians(35 - travelled(t, 20)), 0), desert),
        "pan_right_then_tilt_up": (4, turn, town),
    }


def picture(layers, camera, time):
    """One frame, uint8 [HEIGHT, WIDTH, 3]."""
    n = SUPERSAMPLING
    x, y, zoom, roll, dolly = camera(time)
    u = (np.arange(WIDTH * n, dtype=np.float32) + 0.5) / (HEIGHT * n / 2) - WIDTH / HEIGHT
    v = 1 - (np.arange(HEIGHT * n, dtype=np.float32) + 0.5) / (HEIGHT * n / 2)
    u, v = np.meshgrid(u, v)
    right, up = (np.cos(roll), -np.sin(roll)), (np.sin(roll), np.cos(roll))
    canvas = np.zeros(u.shape + (3,), np.float32)
    for parallax, layer in layers:
        scale = (1 - parallax * dolly) / zoom
        if scale <= 0.02:
            continue  # behind the camera by now
        rgb, cover = layer((u * right[0] + v * up[0]) * scale + x * parallax, (u * right[1] + v * up[1]) * scale + y * parallax, time)
        canvas += (np.clip(rgb, 0, 1) - canvas) * cover[..., None]
    small = canvas.reshape(HEIGHT, n, WIDTH, n, 3).mean((1, 3))
    return (small * 255 + 0.5).astype(np.uint8)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="clips to render (all of them by default)")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    arguments = parser.parse_args()
    table = clips()
    for name in arguments.names or table:
        seconds, camera, layers = table[name]
        command = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(RATE), "-i", "-",
                   "-c:v", "libx264", "-preset", "slow", "-b:v", "320k", "-maxrate", "400k", "-bufsize", "400k", "-pix_fmt", "yuv420p", "-threads", "1",
                   "-movflags", "+faststart", "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", str(arguments.output / f"{name}.mp4")]
        with subprocess.Popen(command, stdin=subprocess.PIPE) as encoder:
            for frame in range(seconds * RATE):
                encoder.stdin.write(picture(layers, camera, frame / RATE).tobytes())
            encoder.stdin.close()
            if encoder.wait() != 0:
                raise SystemExit(f"ffmpeg could not write {name}.mp4")
        print(f"{name}.mp4")


if __name__ == "__main__":
    main()
