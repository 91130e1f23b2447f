package lobule.report;

/** This machine cannot draw. The message is one sentence that says why and what to install. */
public final class PictureException extends RuntimeException {
    private static final long serialVersionUID = 1;

    PictureException(Throwable cause) {
        super("no picture can be drawn on this machine (" + cause.getMessage() + "); install fontconfig and a font "
                + "(Debian and Ubuntu: fontconfig, fonts-dejavu-core)", cause);
    }
}
