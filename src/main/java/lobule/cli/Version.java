package lobule.cli;

import picocli.CommandLine.IVersionProvider;

/** The version that the build wrote into the jar. */
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        String version = Lobule.class.getPackage().getImplementationVersion();
        return new String[] {"Lobule " + (version == null ? "(not built as a jar)" : version)};
    }
}
