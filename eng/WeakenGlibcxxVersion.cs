using System;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Sets VER_FLG_WEAK on one entry of an ELF library's version needs (System V gABI, Linux Standard Base 10.7.3), if the
/// system's libstdc++ lacks the version. Does nothing where the library is missing or the flag is set already.
/// </summary>
public class WeakenGlibcxxVersion : Task
{
    private const uint SectionVersionNeeds = 0x6ffffffe;
    private const ushort WeakFlag = 0x2;

    private static readonly string[] SystemFolders =
    {
        "/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu", "/usr/lib64", "/lib64", "/usr/lib",
    };

    [Required]
    public string Library { get; set; }

    [Required]
    public string Version { get; set; }

    public override bool Execute()
    {
        if (!File.Exists(Library) || SystemHasVersion())
        {
            return true;
        }

        var bytes = File.ReadAllBytes(Library);
        int at;
        try
        {
            at = FindFlags(bytes);
        }
        catch (Exception e) when (e is ArgumentException || e is OverflowException)
        {
            Log.LogError("{0} is no whole ELF library: {1}", Library, e.Message);
            return false;
        }

        if (at < 0)
        {
            return true;
        }

        var flags = BitConverter.ToUInt16(bytes, at);
        if ((flags & WeakFlag) != 0)
        {
            return true;
        }

        bytes[at] |= (byte)WeakFlag;

        // A new file in its place: the old one may be a link to the package's.
        var patched = Library + ".patched";
        File.WriteAllBytes(patched, bytes);
        File.SetLastWriteTimeUtc(patched, File.GetLastWriteTimeUtc(Library));
        File.Delete(Library);
        File.Move(patched, Library);
        Log.LogMessage(MessageImportance.Normal, "{0}: the need for {1} is weak now", Library, Version);
        return true;
    }

    private bool SystemHasVersion()
    {
        var library = SystemFolders.Select(folder => Path.Combine(folder, "libstdc++.so.6")).FirstOrDefault(File.Exists);
        return library != null && Encoding.ASCII.GetString(File.ReadAllBytes(library)).Contains(Version + "\0");
    }

    private int FindFlags(byte[] elf)
    {
        if (elf.Length < 64 || elf[0] != 0x7f || elf[1] != 'E' || elf[2] != 'L' || elf[3] != 'F' || elf[4] != 2)
        {
            return -1;
        }

        var sections = BitConverter.ToInt64(elf, 0x28);
        int sectionSize = BitConverter.ToUInt16(elf, 0x3a);
        int sectionCount = BitConverter.ToUInt16(elf, 0x3c);
        for (var i = 0; i < sectionCount; i++)
        {
            var header = checked((int)(sections + ((long)i * sectionSize)));
            if (BitConverter.ToUInt32(elf, header + 4) == SectionVersionNeeds)
            {
                var names = checked((int)(sections + (BitConverter.ToUInt32(elf, header + 40) * (long)sectionSize)));
                return FindInNeeds(elf, checked((int)BitConverter.ToInt64(elf, header + 24)), checked((int)BitConverter.ToInt64(elf, names + 24)));
            }
        }

        return -1;
    }

    private int FindInNeeds(byte[] elf, int need, int names)
    {
        while (true)
        {
            int count = BitConverter.ToUInt16(elf, need + 2);
            var entry = checked(need + (int)BitConverter.ToUInt32(elf, need + 8));
            for (var i = 0; i < count; i++)
            {
                if (NameAt(elf, checked(names + (int)BitConverter.ToUInt32(elf, entry + 8))) == Version)
                {
                    return entry + 4;
                }

                entry = checked(entry + (int)BitConverter.ToUInt32(elf, entry + 12));
            }

            var next = BitConverter.ToUInt32(elf, need + 12);
            if (next == 0)
            {
                return -1;
            }

            need = checked(need + (int)next);
        }
    }

    private static string NameAt(byte[] elf, int at)
    {
        var end = Array.IndexOf(elf, (byte)0, at);
        return end < 0 ? "" : Encoding.ASCII.GetString(elf, at, end - at);
    }
}
