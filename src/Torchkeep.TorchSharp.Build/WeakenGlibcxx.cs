using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace Torchkeep.Build;

/// <summary>
/// Copies ELF libraries into a folder with the flag VER_FLG_WEAK set on one version that they need of another library
/// (System V gABI, Linux Standard Base 10.7.3). A loader that lacks a weak version loads the library all the same. Only a
/// version that no relocation uses is made weak: then nothing of it is ever called.
/// </summary>
public class WeakenGlibcxx : Task
{
    private const uint SectionRelocations = 4;
    private const uint SectionVersionNeeds = 0x6ffffffe;
    private const uint SectionVersionIndexes = 0x6fffffff;
    private const byte WeakFlag = 0x2;
    private const int RelocationSize = 24;

    /// <summary>The libraries, with the metadata that their copies keep.</summary>
    [Required]
    public ITaskItem[] Libraries { get; set; }

    /// <summary>The name of the version, such as GLIBCXX_3.4.32.</summary>
    [Required]
    public string Version { get; set; }

    /// <summary>Where the copies go, each in a folder that is named after the size and time of its library.</summary>
    [Required]
    public string Folder { get; set; }

    /// <summary>In the order of the libraries, the copy of each, or the library itself where nothing had to be changed.</summary>
    [Output]
    public ITaskItem[] Results { get; set; }

    /// <summary>Makes the copies that are not there yet.</summary>
    /// <returns>True unless a library could not be read or a copy not be written.</returns>
    public override bool Execute()
    {
        var results = new List<ITaskItem>();
        foreach (var library in Libraries)
        {
            try
            {
                results.Add(Weakened(library));
            }
            catch (Exception e) when (e is IOException || e is UnauthorizedAccessException)
            {
                Log.LogError("The need of {0} for {1} cannot be made weak: {2}", library.ItemSpec, Version, e.Message);
            }
            catch (Exception e) when (e is ArgumentException || e is OverflowException || e is IndexOutOfRangeException)
            {
                Log.LogWarning("{0} is no whole ELF library and is left as it is: {1}", library.ItemSpec, e.Message);
                results.Add(library);
            }
        }

        Results = results.ToArray();
        return !Log.HasLoggedErrors;
    }

    private ITaskItem Weakened(ITaskItem library)
    {
        var source = new FileInfo(library.ItemSpec);
        var copy = Path.Combine(Folder, source.Length + "-" + source.LastWriteTimeUtc.Ticks, source.Name);

        // Its time differs from the library's, for steps that copy only what has another time or size.
        var time = source.LastWriteTimeUtc.AddSeconds(2);
        if (!File.Exists(copy) || new FileInfo(copy).Length != source.Length)
        {
            var bytes = File.ReadAllBytes(source.FullName);
            var flags = FindFlags(bytes);
            if (flags < 0 || (bytes[flags] & WeakFlag) != 0)
            {
                return library;
            }

            bytes[flags] |= WeakFlag;
            Write(copy, bytes, time);
            Log.LogMessage(MessageImportance.Normal, "{0}: the need for {1} is weak now", copy, Version);
        }

        return new TaskItem(library) { ItemSpec = copy };
    }

    // Two builds may write the same copy at once: each writes a file of its own, and one of them gets the name.
    private static void Write(string path, byte[] bytes, DateTime time)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path));
        var temporary = path + "." + Guid.NewGuid().ToString("N");
        try
        {
            File.WriteAllBytes(temporary, bytes);
            File.SetLastWriteTimeUtc(temporary, time);
            File.Move(temporary, path);
        }
        catch (IOException) when (File.Exists(path))
        {
            // The other build's copy is the same.
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    // Where the flags of the version are; below zero if the library does not need it, or uses it.
    private int FindFlags(byte[] elf)
    {
        const byte SixtyFourBits = 2, LittleEndian = 1;
        if (elf.Length < 64 || elf[0] != 0x7f || elf[1] != 'E' || elf[2] != 'L' || elf[3] != 'F' || elf[4] != SixtyFourBits || elf[5] != LittleEndian)
        {
            return -1;
        }

        var sections = BitConverter.ToInt64(elf, 0x28);
        int sectionSize = BitConverter.ToUInt16(elf, 0x3a);
        int sectionCount = BitConverter.ToUInt16(elf, 0x3c);
        int needs = -1, names = -1, indexes = -1;
        var relocations = new List<int>();
        for (var i = 0; i < sectionCount; i++)
        {
            var header = checked((int)(sections + ((long)i * sectionSize)));
            switch (BitConverter.ToUInt32(elf, header + 4))
            {
                case SectionVersionNeeds:
                    needs = Offset(elf, header);
                    names = Offset(elf, checked((int)(sections + (BitConverter.ToUInt32(elf, header + 40) * (long)sectionSize))));
                    break;
                case SectionVersionIndexes:
                    indexes = Offset(elf, header);
                    break;
                case SectionRelocations:
                    relocations.Add(header);
                    break;
            }
        }

        var entry = needs < 0 ? -1 : FindInNeeds(elf, needs, names);
        if (entry < 0 || indexes < 0)
        {
            return -1;
        }

        var version = BitConverter.ToUInt16(elf, entry + 6);
        foreach (var header in relocations)
        {
            var start = Offset(elf, header);
            var end = checked(start + (int)BitConverter.ToInt64(elf, header + 32));
            for (var at = start; at < end; at += RelocationSize)
            {
                var symbol = BitConverter.ToUInt32(elf, at + 12);
                if ((BitConverter.ToUInt16(elf, checked(indexes + (2 * (int)symbol))) & 0x7fff) == version)
                {
                    Log.LogMessage(MessageImportance.Normal, "The library uses {0}, which is left as it is", Version);
                    return -1;
                }
            }
        }

        return entry + 4;
    }

    private static int Offset(byte[] elf, int header) => checked((int)BitConverter.ToInt64(elf, header + 24));

    // The entry of the version: hash (4 bytes), flags (2), index (2), name (4), distance to the next entry (4).
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
                    return entry;
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
