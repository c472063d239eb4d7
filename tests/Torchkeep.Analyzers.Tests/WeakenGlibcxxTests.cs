using System.Buffers.Binary;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using Torchkeep.Build;

namespace Torchkeep.Analyzers.Tests;

/// <summary>The build task, on small ELF files.</summary>
public sealed class WeakenGlibcxxTests : IDisposable
{
    private const int Flags = 64 + 16 + 4;

    private readonly string _folder = Directory.CreateTempSubdirectory("torchkeep-").FullName;

    private readonly Recorder _recorder = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ACopyWithTheFlagIsMadeAndTheLibraryStays()
    {
        var library = Write(Elf());
        var result = Assert.Single(Run(library));
        Assert.NotEqual(library, result.ItemSpec);
        Assert.Equal("kept", result.GetMetadata("DestinationSubPath"));
        Assert.Equal(Elf(), File.ReadAllBytes(library));

        var expected = Elf();
        expected[Flags] = 2;
        Assert.Equal(expected, File.ReadAllBytes(result.ItemSpec));
        Assert.NotEqual(File.GetLastWriteTimeUtc(library), File.GetLastWriteTimeUtc(result.ItemSpec));
        Assert.Empty(_recorder.Complaints);
    }

    [Fact]
    public void ACopyThatIsThereIsNotMadeAgain()
    {
        var library = Write(Elf());
        var first = Run(library)[0].ItemSpec;
        var time = File.GetLastWriteTimeUtc(first);
        File.WriteAllBytes(first, new byte[Elf().Length]);
        File.SetLastWriteTimeUtc(first, time);
        Assert.Equal(first, Run(library)[0].ItemSpec);
        Assert.Equal(new byte[Elf().Length], File.ReadAllBytes(first));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(first)!));
    }

    [Fact]
    public void ALibraryThatChangedIsCopiedAgain()
    {
        var library = Write(Elf());
        var first = Run(library)[0].ItemSpec;
        File.SetLastWriteTimeUtc(library, File.GetLastWriteTimeUtc(library).AddDays(1));
        Assert.NotEqual(first, Run(library)[0].ItemSpec);
    }

    [Fact]
    public void ManyBuildsAtOnceMakeOneCopy()
    {
        var library = Write(Elf());
        var copies = new string[16];
        Parallel.For(0, copies.Length, i => copies[i] = Run(library)[0].ItemSpec);
        var copy = Assert.Single(copies.Distinct());
        Assert.Equal(2, File.ReadAllBytes(copy)[Flags]);
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(copy)!));
        Assert.Empty(_recorder.Complaints);
    }

    [Theory]
    [InlineData("another version")]
    [InlineData("weak already")]
    [InlineData("used by a relocation")]
    [InlineData("big-endian")]
    [InlineData("32 bits")]
    [InlineData("no ELF")]
    [InlineData("short")]
    public void ALibraryThatNeedsNothingIsLeft(string kind)
    {
        var elf = kind switch
        {
            "another version" => Elf(version: "GLIBCXX_3.4.31"),
            "used by a relocation" => Elf(symbolOfRelocation: 1),
            "short" => Elf()[..20],
            _ => Elf(),
        };
        switch (kind)
        {
            case "weak already":
                elf[Flags] = 2;
                break;
            case "big-endian":
                elf[5] = 2;
                break;
            case "32 bits":
                elf[4] = 1;
                break;
            case "no ELF":
                elf[0] = 0;
                break;
        }

        var library = Write(elf);
        Assert.Equal(library, Assert.Single(Run(library)).ItemSpec);
        Assert.Empty(_recorder.Complaints);
    }

    [Fact]
    public void ADamagedLibraryIsLeftWithAWarning()
    {
        for (var at = 0; at < Elf().Length; at++)
        {
            foreach (var value in (byte[])[0xff, 0x7f])
            {
                var elf = Elf();
                elf[at] = value;
                var library = Write(elf);
                Assert.Single(Run(library));
            }
        }

        Assert.NotEmpty(_recorder.Complaints);
        Assert.All(_recorder.Complaints, complaint => Assert.Contains("is left as it is", complaint, StringComparison.Ordinal));
    }

    [Fact]
    public void ALibraryThatIsMissingIsAnError()
    {
        Assert.Empty(Run(Path.Combine(_folder, "none.so"), succeeds: false));
        Assert.Contains("cannot be made weak", Assert.Single(_recorder.Complaints), StringComparison.Ordinal);
    }

    private ITaskItem[] Run(string library, bool succeeds = true)
    {
        var item = new TaskItem(library);
        item.SetMetadata("DestinationSubPath", "kept");
        var task = new WeakenGlibcxx { BuildEngine = _recorder, Libraries = [item], Version = "GLIBCXX_3.4.32", Folder = Path.Combine(_folder, "obj") };
        Assert.Equal(succeeds, task.Execute());
        return task.Results;
    }

    private string Write(byte[] elf)
    {
        var path = Path.Combine(_folder, "libLibTorchSharp.so");
        var time = File.Exists(path) ? File.GetLastWriteTimeUtc(path).AddSeconds(10) : DateTime.UtcNow;
        File.WriteAllBytes(path, elf);
        File.SetLastWriteTimeUtc(path, time);
        return path;
    }

    // An ELF file of one needed version, two symbols of which the second is of it, and one relocation.
    private static byte[] Elf(string version = "GLIBCXX_3.4.32", int symbolOfRelocation = 0)
    {
        const int Need = 64, Names = 96, Indexes = 112, Relocations = 120, Sections = 144, Section = 64;
        var elf = new byte[Sections + (4 * Section)];
        ((byte[])[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1]).CopyTo(elf, 0);
        Put(0x28, 8, Sections);
        Put(0x3a, 2, Section);
        Put(0x3c, 2, 4);
        Put(Need + 2, 2, 1);
        Put(Need + 8, 4, 16);
        Put(Need + 16 + 6, 2, 5);
        Encoding.ASCII.GetBytes(version).CopyTo(elf, Names);
        Put(Indexes + 2, 2, 0x8005);
        Put(Relocations + 12, 4, symbolOfRelocation);
        PutSection(0, 0x6ffffffe, Need, 32, link: 1);
        PutSection(1, 3, Names, 16, link: 0);
        PutSection(2, 0x6fffffff, Indexes, 4, link: 0);
        PutSection(3, 4, Relocations, 24, link: 0);
        return elf;

        void PutSection(int index, uint type, int offset, int size, int link)
        {
            Put(Sections + (index * Section) + 4, 4, (int)type);
            Put(Sections + (index * Section) + 24, 8, offset);
            Put(Sections + (index * Section) + 32, 8, size);
            Put(Sections + (index * Section) + 40, 4, link);
        }

        void Put(int at, int size, int value)
        {
            switch (size)
            {
                case 2:
                    BinaryPrimitives.WriteUInt16LittleEndian(elf.AsSpan(at), (ushort)value);
                    break;
                case 4:
                    BinaryPrimitives.WriteInt32LittleEndian(elf.AsSpan(at), value);
                    break;
                default:
                    BinaryPrimitives.WriteInt64LittleEndian(elf.AsSpan(at), value);
                    break;
            }
        }
    }

    private sealed class Recorder : IBuildEngine
    {
        public List<string> Complaints { get; } = [];

        public bool ContinueOnError => false;

        public int LineNumberOfTaskNode => 0;

        public int ColumnNumberOfTaskNode => 0;

        public string ProjectFileOfTaskNode => "";

        public bool BuildProjectFile(string projectFileName, string[] targetNames, System.Collections.IDictionary globalProperties, System.Collections.IDictionary targetOutputs) => false;

        public void LogCustomEvent(CustomBuildEventArgs e)
        {
        }

        public void LogErrorEvent(BuildErrorEventArgs e) => Add(e.Message);

        public void LogMessageEvent(BuildMessageEventArgs e)
        {
        }

        public void LogWarningEvent(BuildWarningEventArgs e) => Add(e.Message);

        private void Add(string? message)
        {
            lock (Complaints)
            {
                Complaints.Add(message ?? "");
            }
        }
    }
}
