"""Scenes made of textured planes in space, cameras that move through them, and the label of each motion.

Picture coordinates are widths of the picture: x to the right in -0.5..0.5, y down. World: x right, y down, z forward.
Time is counted in samples (1/15 s) from the middle of the window. Speeds are widths a sample (pan, tilt),
1 a sample (zoom: growth of the picture), radians a sample (roll).
"""
import dataclasses
import pathlib

import cv2
import numpy as np
from PIL import Image

from pictures import clouds

CLASSES = ["static", "pan left", "pan right", "tilt up", "tilt down", "zoom in", "zoom out", "roll clockwise", "roll counterclockwise"]
SAMPLES, RATE, SIDE = 8, 15, 112
RADIUS = 0.27  # root mean square distance of the network's crop from its centre, in widths: what zoom and roll move


class Library:
    """The pictures of one side of the split, each at several sizes, and a stock of masks."""

    def __init__(self, folder: pathlib.Path, seed: int, limit=None):
        self.pictures = []
        paths = sorted(folder.glob("*.jpg"))
        paths = paths[::max(1, len(paths) // limit)] if limit else paths
        for path in paths:
            levels = [Image.open(path).convert("RGB")]
            while max(levels[-1].size) > 300:
                width, height = levels[-1].size
                levels.append(levels[-1].resize((max(2, int(width / 1.5)), max(2, int(height / 1.5))), Image.Resampling.BOX if len(levels) > 2 else Image.Resampling.BICUBIC))
            self.pictures.append([np.asarray(level) for level in levels])
        self.photographs = [i for i, path in enumerate(paths) if path.name.startswith("photo")]
        rng = np.random.default_rng(seed)
        self.shapes = [shape(rng) for _ in range(150)]
        self.sheets = [sheet(rng) for _ in range(150)]

    def texture(self, rng, part, density, mask=None):
        """A `crop`, drawn again (up to five times) while it is too plain to show any motion."""
        for _ in range(5):
            texture = self.crop(rng, part, density, mask)
            grey = cv2.resize(texture[..., :3], (24, 24), interpolation=cv2.INTER_AREA).mean(2)
            if np.abs(np.diff(grey, axis=0)).mean() > 3 and np.abs(np.diff(grey, axis=1)).mean() > 3:
                break
        return texture

    def crop(self, rng, part, density, mask):
        """A crop of a picture as RGBA, uint8 [h, w, 4]: `part` of the picture's width, about `density` texels wide."""
        index = rng.choice(self.photographs) if rng.uniform() < 0.7 else rng.integers(len(self.pictures))
        levels = self.pictures[index]
        widths = np.array([level.shape[1] * part for level in levels])
        level = levels[int(np.argmin(np.abs(np.log(widths / density))))]
        height, width = level.shape[:2]
        w = int(np.clip(width * part, 16, width))
        h = int(np.clip(w * rng.uniform(0.7, 1.1), 16, height))
        x, y = rng.integers(0, width - w + 1), rng.integers(0, height - h + 1)
        crop = level[y:y + h, x:x + w]
        if rng.uniform() < 0.5:
            crop = crop[:, ::-1]
        if rng.uniform() < 0.15:
            crop = crop[::-1]
        if rng.uniform() < 0.3:  # other colours
            crop = np.clip(crop[..., rng.permutation(3)] * rng.uniform(0.5, 1.1, 3), 0, 255)
        texture = np.full((h, w, 4), 255, np.uint8)
        texture[..., :3] = crop
        if mask is not None:
            texture[..., 3] = cv2.resize(mask, (w, h), interpolation=cv2.INTER_LINEAR) * 255
        return texture


def shape(rng, side=160):
    """A mask in 0..1 of one thing, filling its square more or less: disc, box, blob, star, or a figure with head and legs."""
    y, x = np.mgrid[-1:1:side * 1j, -1:1:side * 1j].astype(np.float32)
    kind = rng.integers(0, 5)
    if kind == 0:
        inside = 0.95 - np.hypot(x, y)
    elif kind == 1:
        inside = 0.9 - np.maximum(np.abs(x), np.abs(y))
    elif kind == 2:
        inside = 0.75 - np.hypot(x, y) + 1.5 * (clouds(rng, side, side, 1.9).astype(np.float32) - 0.5)
        inside = np.minimum(inside, 0.97 - np.maximum(np.abs(x), np.abs(y)))
    elif kind == 3:
        angle = np.arctan2(y, x)
        inside = 0.7 + 0.25 * np.sin(rng.integers(2, 7) * angle + rng.uniform(0, 6)) - np.hypot(x, y)
    else:
        head = 0.2 - np.hypot(x, y + 0.72)
        body = 1 - np.hypot(x / rng.uniform(0.25, 0.5), (y + 0.1) / 0.5)
        legs = np.minimum(0.14 - np.abs(np.abs(x) - 0.18 - 0.2 * rng.uniform() * y), np.minimum(y, 0.97 - y))
        arms = np.minimum(0.1 - np.abs(y + 0.3 + rng.uniform(-0.5, 0.5) * np.abs(x)), 0.85 - np.abs(x))
        inside = np.maximum.reduce([head, body * 0.3, legs, arms])
    return np.clip(inside * rng.uniform(15, 50) + 0.5, 0, 1).astype(np.float32)


def sheet(rng, side=320):
    """A mask in 0..1 with holes, to see farther layers through: leaves, trunks, things here and there, or hills."""
    kind = rng.integers(0, 4)
    y, x = np.mgrid[-1:1:side * 1j, -1:1:side * 1j].astype(np.float32)
    if kind == 0:
        field = clouds(rng, side, side, rng.uniform(1.1, 1.9)).astype(np.float32)
        inside = field - np.quantile(field, rng.uniform(0.5, 0.85))
        return np.clip(inside * 25 + 0.5, 0, 1).astype(np.float32)
    if kind == 1:
        inside = np.full_like(x, -1)
        wobble = 0.3 * (clouds(rng, side, side, 1.9).astype(np.float32) - 0.5)
        for _ in range(rng.integers(2, 9)):
            inside = np.maximum(inside, rng.uniform(0.02, 0.13) - np.abs(x + rng.uniform(-0.3, 0.3) * y + wobble - rng.uniform(-1, 1)))
        if rng.uniform() < 0.3:
            inside = inside.T
    elif kind == 2:
        mask = np.zeros_like(x)
        for _ in range(rng.integers(2, 9)):
            size = int(side * rng.uniform(0.12, 0.45))
            small = np.asarray(Image.fromarray(shape(rng)).resize((size, size)))
            i, j = rng.integers(0, side - size, 2)
            mask[i:i + size, j:j + size] = np.maximum(mask[i:i + size, j:j + size], small)
        return mask
    else:
        ridge = 3 * (clouds(rng, side, side, rng.uniform(1.2, 1.9)).astype(np.float32)[0] - 0.5)
        inside = y - rng.uniform(-0.2, 0.5) - ridge[None]
    return np.clip(inside * 40 + 0.5, 0, 1).astype(np.float32)


@dataclasses.dataclass
class Plane:
    texture: np.ndarray        # RGBA, uint8 [h, w, 4]
    origin: np.ndarray         # the texture's middle in the world
    across: np.ndarray         # from there to its right edge
    down: np.ndarray           # from there to its lower edge
    endless: bool = True       # mirrored on and on; else nothing beyond its edges
    fog: float = 0.0           # fades out where 1/depth is below this
    motion: object = None      # an object's own motion: time to (shift, scale, turn), in the frame below
    held: bool = False         # moves with the camera (filmed by a camera that follows it)


@dataclasses.dataclass
class Clip:
    label: int
    speed: float               # of the labelled motion
    velocity: np.ndarray       # pan right, tilt down, zoom in, roll clockwise: widths, widths, 1, radians a sample
    depth: bool                # layers at different distances
    covered: float             # part of the picture that the independent object covers, 0 if there is none
    shake: float
    planes: list
    camera: object             # time to (rotation 3×3, position, zoom, roll, centre)
    focal: float
    width: int                 # of the source video
    height: int
    rate: float
    exposure: float            # of a frame, in samples
    first: int                 # number of the window's first sample in the file


def smooth(rng, strength):
    """Progress along a path whose speed varies smoothly by ±strength and is 1 on average over the window."""
    period, phase = rng.uniform(6, 40), rng.uniform(0, 2 * np.pi)
    w = 2 * np.pi / period
    integral = lambda t: t - strength / w * np.cos(w * t + phase)
    half = (SAMPLES - 1) / 2
    mean = (integral(half) - integral(-half)) / (2 * half)
    return lambda t: (integral(t) - integral(0)) / mean


def trembling(rng, size):
    """Hand shake: four oscillations of 1.5 to 7 Hz, standard deviation `size`, without a trend over the window."""
    amplitude = rng.normal(0, size / 2 * np.sqrt(2), 4)
    w, phase = 2 * np.pi * rng.uniform(1.5, 7, 4) / RATE, rng.uniform(0, 2 * np.pi, 4)
    raw = lambda t: (amplitude * np.sin(w * np.asarray(t)[..., None] + phase)).sum(-1)
    k = np.arange(SAMPLES) - (SAMPLES - 1) / 2
    slope = (raw(k) * k).sum() / (k * k).sum()
    return lambda t: raw(t) - slope * np.asarray(t)


def loguniform(rng, low, high):
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def rotation(yaw, pitch, roll):
    """Camera to world; yaw to the right, pitch down, roll clockwise."""
    cy, sy, cp, sp, cr, sr = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch), np.cos(roll), np.sin(roll)
    turn = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    nod = np.array([[1, 0, 0], [0, cp, sp], [0, -sp, cp]])
    tilt = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return turn @ nod @ tilt


def clip(rng, library, label=None, difficulty=1.0, fast=0.12, slow=0.005, large=1.0):
    """Draws a clip. `difficulty` from 0 (medium speeds, nothing in the way) to 1; `large` is the weight of sizes from 720 lines on."""
    if label is None:
        label = int(rng.integers(1, 9)) if rng.uniform() < 0.82 else 0
    hard = lambda chance: rng.uniform() < chance * difficulty
    sizes = [(320, 240), (426, 240), (640, 480), (640, 360), (854, 480), (1280, 720), (1920, 1080), (480, 480), (360, 640), (1024, 436)]
    weights = np.array([0.17, 0.14, 0.15, 0.11, 0.11, 0.09 * large, 0.09 * large, 0.04, 0.05, 0.05])
    width, height = sizes[rng.choice(10, p=weights / weights.sum())]
    rate = rng.choice([24, 25, 30, 60, 24000 / 1001, 30000 / 1001, 12, 15], p=[0.18, 0.25, 0.25, 0.12, 0.06, 0.08, 0.03, 0.03])
    aspect = height / width
    focal = loguniform(rng, 0.6, 2.5)

    # How fast.
    if label == 0:
        speed = 0.0
    elif label <= 4:
        speed = loguniform(rng, slow + (1 - difficulty) * 0.007, fast - (1 - difficulty) * fast / 2)
    elif label <= 6:
        speed = loguniform(rng, 0.0045 + (1 - difficulty) * 0.005, 0.045)
    else:
        speed = np.radians(loguniform(rng, 0.2 + (1 - difficulty) * 0.4, 5.0))
    flow = speed if label <= 4 else speed * RADIUS
    velocity = np.zeros(4)
    if label:
        axis, sign = [(0, -1), (0, 1), (1, -1), (1, 1), (2, 1), (2, -1), (3, 1), (3, -1)][label - 1]
        velocity[axis] = sign * speed
        if hard(0.65):
            small = rng.uniform(-1, 1, 4) * rng.uniform(0, 0.3) * flow / np.array([1, 1, RADIUS, RADIUS])
            small[axis] = 0
            velocity += small * (rng.uniform(size=4) < 0.6)
    else:
        drift = rng.normal(size=4)
        velocity = drift / np.linalg.norm(drift) * rng.uniform(0, 0.001) / np.array([1, 1, RADIUS, RADIUS]) * (rng.uniform() < 0.6)
    centre = np.zeros(2)
    if label >= 5 and hard(0.6):
        centre = rng.uniform(-1, 1, 2) * np.array([0.25, 0.25 * aspect])
    shake = 0.0
    if hard(0.5):
        shake = loguniform(rng, 0.0002, 0.004) if label == 0 else loguniform(rng, 0.0002, max(0.0004, min(0.006, 0.5 * flow)))
    hand = [trembling(rng, shake) for _ in range(4)] if shake else None
    path = smooth(rng, rng.uniform(0, 0.6) * difficulty)
    paths = [path if i == (axis if label else 0) else smooth(rng, rng.uniform(0, 0.9)) for i in range(4)]

    # What the camera sees.
    depth = rng.uniform() < 0.5
    detail = lambda: rng.uniform(0.5, 1.1)
    planes = []

    def add(z, mask=None, size=None, tilted=0.0, origin=None, across=None, down=None, fog=0.0, part=None):
        """A layer at distance z that shows about `part` of a picture across the view."""
        view = z / focal
        reach = size or rng.uniform(1.0, 2.4)  # the texture's width in views
        part = part or rng.uniform(0.4, 1.0)
        texture = library.texture(rng, part, min(width, 1400) * detail() * reach, mask)
        half = view * reach / 2
        a = np.array([half, 0, 0]) if across is None else across
        d = np.array([0, half * texture.shape[0] / texture.shape[1], 0]) if down is None else down
        if tilted:
            lean = rotation(rng.normal(0, tilted), rng.normal(0, tilted), rng.normal(0, tilted / 2))
            a, d = lean @ a, lean @ d
        o = np.array([rng.uniform(-0.5, 0.5) * half, rng.uniform(-0.5, 0.5) * half, z]) if origin is None else origin
        planes.append(Plane(texture, o, a, d, True, fog))

    reference = 1.0  # the distance at which a moving camera moves the picture by `velocity`
    if not depth:
        add(1.0, tilted=0.25 if hard(0.4) else 0.0)
    else:
        nearest = loguniform(rng, 0.2, 0.7)
        far = 1.0
        add(far)
        room = rng.uniform() < 0.45
        if room:
            for sidewards in (False, True):
                for sign in (1, -1):
                    if rng.uniform() > (0.9 if (not sidewards and sign == 1) else 0.25):
                        continue
                    off = sign * rng.uniform(0.12, 0.5) * far / focal
                    span = rng.uniform(0.5, 1.2) * far / focal
                    origin = np.array([off, 0, far / 2]) if sidewards else np.array([0, off, far / 2])
                    add(far / 2, size=1.5, origin=origin, across=np.array([0, 0, span]) if sidewards else np.array([span, 0, 0]),
                        down=np.array([0, span, 0]) if sidewards else np.array([0, 0, span]), fog=focal / far)
        for z in sorted(rng.uniform(nearest, 0.9, rng.integers(0 if room else 1, 4)), reverse=True):
            add(z, library.sheets[rng.integers(len(library.sheets))], size=rng.uniform(0.8, 2.5))
        reference = far if rng.uniform() < 0.5 else rng.uniform(nearest, far)
        if label:
            reference = max(reference, min(far, far * 0.0035 / flow))  # the farthest layer still moves visibly
            reference = min(reference, 0.16 * nearest / flow)          # and the nearest not beyond reason
    moving = rng.uniform() < (0.75 if depth else 0.4)  # the camera's place moves, not its direction

    # Things that move by themselves.
    covered = 0.0
    if hard(0.6 if label == 0 else 0.45):
        total = rng.uniform(0.03, 0.25) if rng.uniform() < 0.6 else rng.uniform(0.15, 0.5)
        count = rng.integers(1, 4) if rng.uniform() < 0.4 else 1
        z = 0.15
        for _ in range(count):
            mask = library.shapes[rng.integers(len(library.shapes))]
            stretch = np.exp(rng.normal(0, 0.25))
            side = np.sqrt(total / count * aspect / mask.mean()) / 2 * z / focal
            texture = library.texture(rng, rng.uniform(0.2, 0.9), min(width, 1400) * detail() * 2 * side * focal / z, mask)
            place = np.array([rng.uniform(-0.33, 0.33), rng.uniform(-0.35, 0.35) * aspect]) * z / focal
            heading, pace = rng.uniform(0, 2 * np.pi), (loguniform(rng, 0.003, 0.08) if rng.uniform() < 0.85 else 0.0) * z / focal
            growth = rng.normal(0, 0.02) if rng.uniform() < 0.3 else 0.0
            spin = rng.normal(0, 0.04) if rng.uniform() < 0.3 else 0.0
            sway, w, phase = (rng.uniform(0, 0.05, 2) * z / focal if rng.uniform() < 0.35 else np.zeros(2)), rng.uniform(0.2, 1.6), rng.uniform(0, 6)
            step = np.array([np.cos(heading), np.sin(heading)]) * pace

            def motion(t, step=step, growth=growth, spin=spin, sway=sway, w=w, phase=phase):
                return step * t + sway * np.sin(w * t + phase), np.exp(growth * t), spin * t + (0.3 * np.sin(w * t) if spin else 0)

            planes.append(Plane(texture, np.array([*place, z]), np.array([side * stretch, 0, 0]), np.array([0, side / stretch, 0]), False, 0.0, motion, rng.uniform() < 0.5))
        covered = total

    def camera(t):
        moved = np.array([p(t) for p in paths]) * velocity
        trembled = np.array([h(t) for h in hand]) / np.array([1, 1, 4, 4 * RADIUS]) if shake else np.zeros(4)
        position = np.zeros(3)
        yaw, pitch = np.arctan(trembled[0] / focal), np.arctan(trembled[1] / focal)
        if moving:
            position[:2] = moved[:2] * reference / focal
        else:
            yaw, pitch = yaw + np.arctan(moved[0] / focal), pitch + np.arctan(moved[1] / focal)
        zoom = trembled[2]
        if moving and label in (5, 6):
            position[2] = reference * (1 - np.exp(-moved[2]))
        else:
            zoom += moved[2]
        return rotation(yaw, pitch, 0.0), position, np.exp(zoom), moved[3] + trembled[3], centre

    exposure = 0.0 if rng.uniform() < 0.4 else rng.uniform(0.1, 0.7) * RATE / rate
    return Clip(label, speed, velocity, depth, covered, shake, planes, camera, focal, width, height, rate, exposure, int(rng.integers(0, 30)))


def frame_numbers(clip):
    """The frames that the tool shows the network: sample k is the frame on screen at k/15 s."""
    k = clip.first + np.arange(SAMPLES)
    return np.floor(k * clip.rate / RATE + 1e-3).astype(int)


def time_of(clip, number):
    """A frame's time in samples from the window's middle."""
    return number / clip.rate * RATE - clip.first - (SAMPLES - 1) / 2


def crop_grid(width, height):
    """Where in the source the tool's 112×112 points lie, in pixels: (first, step, count) for x and for y."""
    return (30.5 * width / 171 - 0.5, width / 171, SIDE), (8.5 * height / 128 - 0.5, height / 128, SIDE)


def pixels(clip, times, x, y, sharp=False):
    """The pictures at `times` at source pixels x and y, (first, step, count) each: uint8 [len(times), rows, columns, 3]."""
    blur = 0 if sharp else clip.exposure * np.abs(clip.velocity * [1, 1, 0.4, 0.4]).sum() * 171
    exposures = 1 if blur < 0.8 else 3 if blur < 4 else 5
    rays = np.array([[x[1] / clip.width, 0, (x[0] + 0.5) / clip.width - 0.5],
                     [0, y[1] / clip.width, (y[0] + 0.5 - clip.height / 2) / clip.width], [0, 0, 1]])
    out = np.empty((len(times), y[2], x[2], 3), np.uint8)
    for picture, time in zip(out, times):
        shown = [composed(clip.planes, homographies(clip, time + (e - (exposures - 1) / 2) / exposures * clip.exposure), rays, (x[2], y[2])) for e in range(exposures)]
        picture[:] = shown[0] if exposures == 1 else (np.sum(shown, 0, dtype=np.uint16) + exposures // 2) // exposures
    return out


def homographies(clip, t):
    """For each plane, from the picture's (x, y, 1) to (a, b, 1) / depth on the plane."""
    turn, position, zoom, roll, centre = clip.camera(t)
    maps = []
    for plane in clip.planes:
        across, down, origin = plane.across, plane.down, plane.origin
        c, s = np.cos(roll) / zoom, np.sin(roll) / zoom
        if plane.motion:
            shift, grown, spun = plane.motion(t)
            p, q = np.cos(spun) * grown, np.sin(spun) * grown
            across, down = np.array([p * across[0], q * across[0], 0]), np.array([-q * down[1], p * down[1], 0])
            origin = origin + np.array([*shift, 0])
            if plane.held:
                across, down, origin = turn @ across, turn @ down, turn @ origin + position
                c, s = 1.0, 0.0
        image = np.array([[c, -s, centre[0] - c * centre[0] + s * centre[1]], [s, c, centre[1] - s * centre[0] - c * centre[1]], [0, 0, clip.focal]])
        maps.append(np.linalg.inv(np.stack([across, down, origin - position], 1)) @ turn @ image)
    return maps


def composed(planes, maps, rays, size):
    """The planes over one another, seen along rays (from pixel numbers to picture coordinates): uint8 [rows, columns, 3]."""
    canvas = None
    columns, rows = np.arange(size[0], dtype=np.float32), np.arange(size[1], dtype=np.float32)
    for plane, h in zip(planes, maps):
        height, width = plane.texture.shape[:2]
        texels = np.array([[width / 2, 0, (width - 1) / 2], [0, height / 2, (height - 1) / 2], [0, 0, 1]])
        seen = h @ rays
        got = warped(plane.texture, texels @ seen, size, columns, rows) if plane.endless else cv2.warpPerspective(
            plane.texture, texels @ seen, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_CONSTANT)
        if canvas is None:
            canvas = np.ascontiguousarray(got[..., :3])
            continue
        corners = [seen[2] @ [i, j, 1] for i in (0, size[0] - 1) for j in (0, size[1] - 1)]
        alpha = got[..., 3].astype(np.uint16)
        alpha += alpha >> 7
        if plane.fog or min(corners) <= 1e-3:
            depth = np.float32(seen[2, 0]) * columns[None] + np.float32(seen[2, 1]) * rows[:, None] + np.float32(seen[2, 2])
            clear = np.clip((depth / plane.fog - 0.9) * 3, 0, 1) if plane.fog else depth > 1e-3
            alpha = (alpha * clear).astype(np.uint16)
        alpha = alpha[..., None]
        canvas = ((got[..., :3] * alpha + canvas * (256 - alpha)) >> 8).astype(np.uint8)
    return canvas


def warped(texture, h, size, columns, rows):
    """The texture, mirrored on and on, seen through h (from pixel to texel).

    OpenCV unfolds its reflections one by one, thousands of them towards a horizon: from ten on they are folded here.
    """
    height, width = texture.shape[:2]
    corners = [h @ [i, j, 1] for i in (0, size[0] - 1) for j in (0, size[1] - 1)]
    nearest = min(corner[2] for corner in corners)
    if nearest > 0 and max(max(abs(x) / width, abs(y) / height) / nearest for x, y, _ in corners) < 10:
        return cv2.warpPerspective(texture, h, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REFLECT)
    h = h.astype(np.float32)
    depth = np.maximum(h[2, 0] * columns[None] + h[2, 1] * rows[:, None] + h[2, 2], 1e-6)
    folded = []
    for line, length in zip(h, (width, height)):
        texel = (line[0] * columns[None] + line[1] * rows[:, None] + line[2]) / depth
        texel = np.mod(texel + 0.5, 2 * length)
        folded.append(np.minimum(texel, 2 * length - texel) - np.float32(0.5))
    return cv2.remap(texture, *folded, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
