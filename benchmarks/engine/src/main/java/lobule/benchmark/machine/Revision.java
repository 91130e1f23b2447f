package lobule.benchmark.machine;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The sources as Git knows them.
 *
 * @param dirty whether something was changed or added since the commit
 */
public record Revision(String commit, boolean dirty) {

    /** Empty where the folder is not the top of a repository, or there is no Git. */
    public static Optional<Revision> of(Path folder) {
        return git(folder, "rev-parse", "--show-toplevel").filter(top -> Path.of(top).equals(folder))
                .flatMap(_ -> git(folder, "rev-parse", "HEAD"))
                .flatMap(commit -> git(folder, "status", "--porcelain")
                        .map(changes -> new Revision(commit, !changes.isEmpty())));
    }

    private static Optional<String> git(Path folder, String... arguments) {
        ProcessBuilder builder = new ProcessBuilder("git", "-C", folder.toString()).redirectError(Redirect.DISCARD);
        builder.command().addAll(List.of(arguments));
        try {
            Process process = builder.start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return process.waitFor() == 0 ? Optional.of(text) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // there is no Git
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking Git for the commit", e);
        }
    }
}
