namespace Torchkeep;

/// <summary>A kind of finding. Its id stays the same from version to version.</summary>
public sealed record ScanRule
{
    private ScanRule(string id, ScanLevel level, string description)
    {
        Id = id;
        Level = level;
        Description = description;
    }

    /// <summary>Such as <c>dangerous-global</c>.</summary>
    public string Id { get; }

    /// <summary>How much it weighs.</summary>
    public ScanLevel Level { get; }

    /// <summary>What it means, in a sentence.</summary>
    public string Description { get; }

    internal static ScanRule DangerousGlobal { get; } = new("dangerous-global", ScanLevel.Error, "Unpickling would use a name that runs programs or code, touches files or the network, or reaches such names.");

    internal static ScanRule UnknownGlobal { get; } = new("unknown-global", ScanLevel.Warning, "Unpickling would use a name that is not known to be harmless; PyTorch's weights_only refuses it.");

    internal static ScanRule AllowedGlobal { get; } = new("allowed-global", ScanLevel.Note, "Unpickling would use a name that is unknown or dangerous, and that the caller allows.");

    internal static ScanRule HiddenGlobal { get; } = new("hidden-global", ScanLevel.Error, "Unpickling would use a name, or call a thing, that the pickle makes up while it runs.");

    internal static ScanRule ExtensionCode { get; } = new("extension-code", ScanLevel.Error, "The pickle names something by a number that only the reading program knows (copyreg.add_extension).");

    internal static ScanRule BrokenPickle { get; } = new("broken-pickle", ScanLevel.Warning, "Python would stop in the middle of the pickle, after running what stands before.");

    internal static ScanRule HiddenFrame { get; } = new("hidden-frame", ScanLevel.Error, "A frame of the pickle does not end where an instruction ends: versions of Python read different instructions there.");

    internal static ScanRule DataAfterStop { get; } = new("data-after-stop", ScanLevel.Warning, "Bytes follow the end of a checkpoint or pickle, which are none themselves, and which PyTorch does not look at.");

    internal static ScanRule NestedPickle { get; } = new("nested-pickle", ScanLevel.Warning, "A text or bytes value in a pickle is a pickle itself, and uses names that are not known to be harmless.");

    internal static ScanRule HiddenPickle { get; } = new("hidden-pickle", ScanLevel.Warning, "A record that is not named as one is a pickle, and uses names that are not known to be harmless.");

    internal static ScanRule Polyglot { get; } = new("polyglot", ScanLevel.Error, "The file is of two kinds at once, and readers differ in which they take it for.");

    internal static ScanRule BrokenContainer { get; } = new("broken-container", ScanLevel.Error, "The container cannot be followed here; another reader may read it in its own way.");

    internal static ScanRule DuplicateName { get; } = new("duplicate-name", ScanLevel.Error, "Two records have one name, or names that differ only in case, or one has two: PyTorch takes the first, Python's zipfile the last.");

    internal static ScanRule HeadersDisagree { get; } = new("headers-disagree", ScanLevel.Error, "A record's own header or descriptor says other than the archive's directory.");

    internal static ScanRule Overlap { get; } = new("overlapping-records", ScanLevel.Error, "Two records share bytes.");

    internal static ScanRule SeveralEnds { get; } = new("several-ends", ScanLevel.Error, "The archive has more than one end record, and readers differ in which they take.");

    internal static ScanRule WrongBytes { get; } = new("wrong-crc", ScanLevel.Warning, "A record fails its CRC-32, which PyTorch does not check and others do.");

    internal static ScanRule EncryptedRecord { get; } = new("encrypted-record", ScanLevel.Warning, "A record is encrypted, and cannot be looked into.");

    internal static ScanRule UnreadRecord { get; } = new("unread-record", ScanLevel.Warning, "A record cannot be looked into.");

    internal static ScanRule UnownedBytes { get; } = new("unowned-bytes", ScanLevel.Warning, "Bytes lie before, between, in the padding of or after the records, and belong to none.");

    internal static ScanRule UnsafeName { get; } = new("unsafe-name", ScanLevel.Warning, "A record's name leads out of the folder that it is unpacked in, or is not text.");

    internal static ScanRule NativeCode { get; } = new("native-code", ScanLevel.Warning, "A record is a program or a library.");

    internal static ScanRule ScriptCode { get; } = new("script-code", ScanLevel.Note, "The archive holds TorchScript, which torch.jit.load runs. It is no Python, and is not judged here.");

    internal static ScanRule PackageCode { get; } = new("package-code", ScanLevel.Warning, "The archive holds Python source, which torch.package runs when something of it is loaded.");

    internal static ScanRule OverLimit { get; } = new("over-limit", ScanLevel.Error, "Something passes a limit, and was not looked at or not told to its end.");

    /// <summary>All there are.</summary>
    public static IReadOnlyList<ScanRule> All { get; } =
    [
        DangerousGlobal, UnknownGlobal, AllowedGlobal, HiddenGlobal, ExtensionCode, BrokenPickle, HiddenFrame, DataAfterStop, NestedPickle, HiddenPickle, Polyglot,
        BrokenContainer, DuplicateName, HeadersDisagree, Overlap, SeveralEnds, WrongBytes, EncryptedRecord, UnreadRecord, UnownedBytes,
        UnsafeName, NativeCode, ScriptCode, PackageCode, OverLimit,
    ];
}
