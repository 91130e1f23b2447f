package lobule.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import lobule.file.Document;
import lobule.file.InputException;

/** Finds the cases of a data set folder: those that dataset.json lists, or else the files that are there. */
final class DatasetFolder {
    /** nnU-Net numbers the channels of a case: NAME_0000 is the first. */
    private static final Pattern CHANNEL = Pattern.compile("(.+)_(\\d{4})");
    private static final String FIRST_CHANNEL = "0000";
    private static final int NAMED_AT_MOST = 5;

    private final Path folder;
    private final MaskSettings settings;
    private final List<String> notes = new ArrayList<>();

    private DatasetFolder(Path folder, MaskSettings settings) {
        this.folder = folder;
        this.settings = settings;
    }

    static Dataset open(Path folder, MaskSettings settings) {
        if (!Files.isDirectory(folder)) {
            throw new InputException(folder + ": there is no such folder; one with imagesTr, labelsTr and dataset.json"
                    + " was expected.");
        }
        Dataset dataset = new DatasetFolder(folder, settings).open();
        if (dataset.cases().isEmpty()) {
            throw new InputException(folder + ": has no training case; dataset.json must list some under \"training\","
                    + " or imagesTr and labelsTr hold files of the same names" + (dataset.notes().isEmpty() ? "."
                    : " (" + String.join("; ", dataset.notes()) + ")."));
        }
        requireDistinct(dataset);
        return dataset;
    }

    private Dataset open() {
        Path file = folder.resolve("dataset.json");
        if (!Files.exists(file)) {
            return dataset(Map.of(), settings.ignore(), ClassLabels.liver(settings.ignore()), listed(),
                    Dataset.Origin.FOLDER_LISTING);
        }
        DatasetDescription description = DatasetDescription.read(file);
        List<Dataset.Case> cases = description.training().map(this::described).orElseGet(this::listed);
        if (description.training().isEmpty()) {
            description.cases().ifPresent(count -> requireCount(count, cases.size()));
        }
        OptionalInt ignore = settings.ignore().isPresent() ? settings.ignore() : description.ignore();
        return dataset(description.labels(), ignore,
                settings.classes().isEmpty() ? description.classes(ignore) : null, cases,
                description.training().isPresent() ? Dataset.Origin.DESCRIPTION : Dataset.Origin.NNUNET);
    }

    private Dataset dataset(Map<String, List<Integer>> named, OptionalInt ignore, ClassLabels own,
                            List<Dataset.Case> cases, Dataset.Origin origin) {
        ClassLabels labels = settings.classes().isEmpty() ? own
                : ClassLabels.defined("data.labels", settings.classes(), named, ignore);
        return new Dataset(folder, labels, settings.grid(), cases, origin, notes);
    }

    private void requireCount(long counted, int found) {
        if (counted != found) {
            notes.add("dataset.json counts " + counted + " cases (numTraining) but " + found + " are there");
        }
    }

    private List<Dataset.Case> described(List<DatasetDescription.Pair> listed) {
        Map<Path, Optional<ImageFiles>> folders = new LinkedHashMap<>();
        return listed.stream().map(pair -> {
            String name = ImageFiles.caseName(pair.image().text());
            return new Dataset.Case(name, file(pair.image(), folders), file(pair.mask(), folders));
        }).toList();
    }

    /** The file as listed, or one of its folder that differs in its ending or has nnU-Net's number of a channel. */
    private Path file(Document listed, Map<Path, Optional<ImageFiles>> folders) {
        Path exact = folder.resolve(listed.path()).normalize();
        if (Files.exists(exact)) {
            return exact;
        }
        Path file = folder.resolve(listed.text().replace('\\', '/')).normalize();
        String name = ImageFiles.caseName(file.toString());
        if (Files.exists(file) || name.isEmpty()) {
            return file;
        }
        return folders.computeIfAbsent(file.getParent(),
                        parent -> Files.isDirectory(parent) ? Optional.of(ImageFiles.in(parent)) : Optional.empty())
                .flatMap(files -> files.find(name).or(() -> onlyChannel(name, files))).orElse(file);
    }

    private Optional<Path> onlyChannel(String name, ImageFiles files) {
        files.byCase().keySet().forEach(found -> {
            Matcher channel = CHANNEL.matcher(found);
            if (channel.matches() && channel.group(1).equals(name)) {
                requireFirst(files, found, channel);
            }
        });
        return files.find(name + "_" + FIRST_CHANNEL);
    }

    private static void requireFirst(ImageFiles files, String name, Matcher channel) {
        if (!channel.group(2).equals(FIRST_CHANNEL)) {
            throw new InputException(files.byCase().get(name) + ": is another channel of the case " + channel.group(1)
                    + " (nnU-Net's layout), but a case has one image here, NAME_" + FIRST_CHANNEL + ".");
        }
    }

    private List<Dataset.Case> listed() {
        Path imageFolder = folder.resolve("imagesTr");
        Path maskFolder = folder.resolve("labelsTr");
        if (!Files.isDirectory(imageFolder) || !Files.isDirectory(maskFolder)) {
            throw new InputException(folder + ": holds neither a dataset.json that lists the cases nor the folders"
                    + " imagesTr and labelsTr.");
        }
        ImageFiles images = ImageFiles.in(imageFolder);
        ImageFiles masks = ImageFiles.in(maskFolder);
        List<Dataset.Case> cases = new ArrayList<>();
        Set<String> withoutMask = new TreeSet<>();
        Set<Path> withoutImage = new TreeSet<>(masks.byCase().values());
        images.byCase().forEach((name, image) -> {
            Optional<Dataset.Case> paired = pair(name, images, masks);
            paired.ifPresentOrElse(cases::add, () -> withoutMask.add(name));
            paired.ifPresent(found -> withoutImage.remove(found.mask()));
        });
        noteLeftOut("without a mask in labelsTr", withoutMask);
        noteLeftOut("without an image in imagesTr", withoutImage.stream()
                .map(mask -> ImageFiles.caseName(mask.toString())).collect(Collectors.toCollection(TreeSet::new)));
        return cases;
    }

    private static Optional<Dataset.Case> pair(String name, ImageFiles images, ImageFiles masks) {
        Path image = images.byCase().get(name);
        Matcher channel = CHANNEL.matcher(name);
        Optional<Path> mask = masks.find(name);
        if (mask.isPresent() || !channel.matches()) {
            return mask.map(file -> new Dataset.Case(name, image, file));
        }
        Optional<Path> ofAllChannels = masks.find(channel.group(1));
        ofAllChannels.ifPresent(file -> requireFirst(images, name, channel));
        return ofAllChannels.map(file -> new Dataset.Case(channel.group(1), image, file));
    }

    private void noteLeftOut(String why, Set<String> names) {
        if (!names.isEmpty()) {
            notes.add(names.size() + (names.size() == 1 ? " case " : " cases ") + why + " left out: "
                    + names.stream().limit(NAMED_AT_MOST).collect(Collectors.joining(", "))
                    + (names.size() > NAMED_AT_MOST ? ", …" : ""));
        }
    }

    private static void requireDistinct(Dataset dataset) {
        Set<String> seen = new HashSet<>();
        for (Dataset.Case found : dataset.cases()) {
            if (found.name().isEmpty()) {
                throw new InputException(dataset.folder() + ": " + found.image()
                        + " is listed as a case but its name does not end in .nii, .nii.gz or .hdr.");
            }
            if (!seen.add(found.name())) {
                throw new InputException(dataset.folder() + ": the case " + found.name()
                        + " is there twice; each needs a name of its own.");
            }
        }
    }
}
