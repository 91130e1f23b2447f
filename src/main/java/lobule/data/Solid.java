package lobule.data;

/** A body part by its outline: an approximate signed distance in mm, negative inside. Right, front, up are positive. */
@FunctionalInterface
interface Solid {
    double distance(double x, double y, double z);

    /** First-order distance to an axis-aligned ellipsoid: exact on its surface, monotone away from it. */
    static Solid ellipsoid(double cx, double cy, double cz, double rx, double ry, double rz) {
        return (x, y, z) -> {
            double u = (x - cx) / rx;
            double v = (y - cy) / ry;
            double w = (z - cz) / rz;
            double radius = Math.sqrt(u * u + v * v + w * w);
            double gradient = Math.sqrt(u * u / (rx * rx) + v * v / (ry * ry) + w * w / (rz * rz));
            return gradient < 1e-9 ? -Math.min(rx, Math.min(ry, rz)) : radius * (radius - 1) / gradient;
        };
    }

    /** An upright cylinder without ends. */
    static Solid column(double cx, double cy, double rx, double ry) {
        Solid flat = ellipsoid(cx, cy, 0, rx, ry, 1);
        return (x, y, z) -> flat.distance(x, y, 0);
    }

    /** A straight vessel between two points that narrows from one radius to the other. */
    static Solid tube(double[] from, double[] to, double fromRadius, double toRadius) {
        double dx = to[0] - from[0];
        double dy = to[1] - from[1];
        double dz = to[2] - from[2];
        double lengthSquared = dx * dx + dy * dy + dz * dz;
        return (x, y, z) -> {
            double along = ((x - from[0]) * dx + (y - from[1]) * dy + (z - from[2]) * dz) / lengthSquared;
            double t = Math.clamp(along, 0, 1);
            double px = x - from[0] - t * dx;
            double py = y - from[1] - t * dy;
            double pz = z - from[2] - t * dz;
            return Math.sqrt(px * px + py * py + pz * pz) - (fromRadius + t * (toRadius - fromRadius));
        };
    }

    default Solid and(Solid other) {
        return (x, y, z) -> Math.max(distance(x, y, z), other.distance(x, y, z));
    }

    default Solid or(Solid other) {
        return (x, y, z) -> Math.min(distance(x, y, z), other.distance(x, y, z));
    }

    default Solid without(Solid other) {
        return (x, y, z) -> Math.max(distance(x, y, z), -other.distance(x, y, z));
    }

    /** Grown by this many mm, or shrunk where negative. */
    default Solid grown(double millimetres) {
        return (x, y, z) -> distance(x, y, z) - millimetres;
    }

    /** A union whose crease is rounded over this many mm (polynomial smooth minimum). */
    default Solid blended(Solid other, double millimetres) {
        return (x, y, z) -> {
            double a = distance(x, y, z);
            double b = other.distance(x, y, z);
            double h = Math.max(millimetres - Math.abs(a - b), 0) / millimetres;
            return Math.min(a, b) - h * h * millimetres / 4;
        };
    }
}
