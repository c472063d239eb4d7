using System.Globalization;
using System.Text;
using Torchkeep.IO;
using Torchkeep.Pickle;
using Torchkeep.Tensors;
using Torchkeep.Torch;

namespace Torchkeep.Formats.TorchZip;

/// <summary>Directory, the small records, then the pickle; storages are looked up in the directory and not read.</summary>
internal sealed class TorchZipReader : IStorageLookup
{
    // The small records hold a word or a number.
    private const int MaxTextRecord = 256;

    // The most that deflate can do (zlib's documentation, "Maximum Compression Factor"), rounded up.
    private const int MaxDeflateRatio = 1033;

    private readonly ByteSource _source;
    private readonly ReadOptions _options;
    private readonly ZipDirectory _directory;
    private readonly string _top;

    private TorchZipReader(ByteSource source, ReadOptions options, ZipDirectory directory)
    {
        _source = source;
        _options = options;
        _directory = directory;
        _top = FindTop();
    }

    public bool IsBigEndian { get; private set; }

    internal static async ValueTask<CheckpointContents> OpenAsync(ByteSource source, ReadOptions options, bool async, CancellationToken cancellationToken)
    {
        var directory = await ZipDirectory.ReadAsync(source, options.Limits, async, cancellationToken).ConfigureAwait(false);
        var reader = new TorchZipReader(source, options, directory);
        await reader.CheckVersionAsync(async, cancellationToken).ConfigureAwait(false);
        reader.IsBigEndian = await reader.ReadByteOrderAsync(async, cancellationToken).ConfigureAwait(false);

        var record = reader._top + TorchZipConstants.PickleRecord;
        var pickle = await reader.ReadRecordAsync(record, options.Limits.MaxPickleBytes, nameof(ReadLimits.MaxPickleBytes), async, cancellationToken).ConfigureAwait(false);
        var names = new TensorNames();
        return new(reader.Unpickle(pickle, record, names), names);
    }

    public ByteSource Find(string key, long elements, ElementTypeInfo type, out string record)
    {
        record = _top + TorchZipConstants.DataFolder + key;
        return Open(record);
    }

    private PyValue Unpickle(byte[] pickle, string record, TensorNames names)
    {
        var position = 0;
        try
        {
            return PickleMachine.Run(pickle, ref position, record, new TorchPickleHost(this, _options.Limits, names), _options.Limits);
        }
        catch (CheckpointException error)
        {
            error.File ??= _source.Name;
            throw;
        }
    }

    private string FindTop()
    {
        if (_directory.Entries.FirstOrDefault(entry => entry.Name.EndsWith(TorchZipConstants.OldScriptRecord, StringComparison.Ordinal)) is { Name: not null } script)
        {
            TorchZipThrow.UnsupportedRecord(_source, script.Name, "this is a TorchScript archive (torch.jit.save) of PyTorch 1.0 to 1.3, which this version does not read");
        }

        // PyTorch takes the folder of the first entry; the folder of the pickle is the same, and survives re-zipping.
        string? top = null;
        foreach (var entry in _directory.Entries)
        {
            if (!entry.Name.EndsWith(TorchZipConstants.PickleRecord, StringComparison.Ordinal))
            {
                continue;
            }

            var folder = entry.Name[..^TorchZipConstants.PickleRecord.Length];
            if (folder.AsSpan().Count('/') > 1 || (folder.Length > 0 && folder[^1] != '/'))
            {
                continue;
            }

            if (top is not null)
            {
                TorchZipThrow.NoPickle(_source, $"it holds both '{top}{TorchZipConstants.PickleRecord}' and '{entry.Name}'");
            }

            top = folder;
        }

        if (top is null)
        {
            var found = ForeignFile.DescribeZip(_directory.Entries.Select(entry => entry.Name));
            TorchZipThrow.NoPickle(_source, $"the record '{TorchZipConstants.PickleRecord}' is missing; {found}");
        }

        if (_directory.TryFind(top + TorchZipConstants.ScriptConstantsRecord, out var constants))
        {
            TorchZipThrow.UnsupportedRecord(_source, constants.Name, "this is a TorchScript archive (torch.jit.save), which this version does not read");
        }

        return top!;
    }

    private async ValueTask CheckVersionAsync(bool async, CancellationToken cancellationToken)
    {
        var record = _top + TorchZipConstants.VersionRecord;
        if (!_directory.TryFind(record, out _) && !_directory.TryFind(record = _top + TorchZipConstants.VersionRecordAlternative, out _))
        {
            // PyTorch demands the record; without it nothing else in the file would be read otherwise.
            return;
        }

        var text = await ReadTextAsync(record, async, cancellationToken).ConfigureAwait(false);
        if (!ulong.TryParse(text.AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var version) || version < TorchZipConstants.MinVersion)
        {
            TorchZipThrow.BadRecord(_source, record, $"the file's version should be a number from 1 on, and is '{text}'");
        }

        if (version > TorchZipConstants.MaxVersion)
        {
            TorchZipThrow.UnsupportedRecord(_source, record, $"the file is of version {version}, and {TorchZipConstants.MaxVersion} is the newest that PyTorch and this version know");
        }
    }

    private async ValueTask<bool> ReadByteOrderAsync(bool async, CancellationToken cancellationToken)
    {
        var record = _top + TorchZipConstants.ByteOrderRecord;
        if (!_directory.TryFind(record, out _))
        {
            return false;
        }

        var text = await ReadTextAsync(record, async, cancellationToken).ConfigureAwait(false);
        if (text is not (TorchZipConstants.ByteOrderLittle or TorchZipConstants.ByteOrderBig))
        {
            TorchZipThrow.BadRecord(_source, record, $"the byte order should be 'little' or 'big', and is '{text}'");
        }

        return text == TorchZipConstants.ByteOrderBig;
    }

    private async ValueTask<string> ReadTextAsync(string record, bool async, CancellationToken cancellationToken) =>
        Encoding.UTF8.GetString(await ReadRecordAsync(record, MaxTextRecord, limit: null, async, cancellationToken).ConfigureAwait(false));

    private async ValueTask<byte[]> ReadRecordAsync(string record, long maxLength, string? limit, bool async, CancellationToken cancellationToken)
    {
        var source = Open(record);
        if (source.Length > Math.Min(maxLength, Array.MaxLength))
        {
            var option = limit is null ? "" : $" ({nameof(ReadLimits)}.{limit})";
            TorchZipThrow.UnsupportedRecord(_source, record, $"the record has {source.Length} bytes, over the limit of {maxLength}{option}");
        }

        // Unfolded before there is an array of the length that it claims.
        if (source is InflatedByteSource)
        {
            source.Verify(cancellationToken);
        }

        var bytes = new byte[source.Length];
        await source.ReadAsync(0, bytes, async, cancellationToken).ConfigureAwait(false);
        return bytes;
    }

    private ByteSource Open(string record)
    {
        if (!_directory.TryFind(record, out var entry))
        {
            TorchZipThrow.MissingRecord(_source, record);
        }

        if ((entry.Flags & ZipFields.EncryptedFlag) != 0)
        {
            TorchZipThrow.UnsupportedRecord(_source, record, "the record is encrypted");
        }

        switch (entry.Method)
        {
            case ZipFields.Stored:
                if (entry.Size != entry.CompressedSize)
                {
                    TorchZipThrow.BadRecord(_source, record, $"the record is stored, and yet {entry.CompressedSize} bytes should be {entry.Size}");
                }

                return new ZipRecordSource(_source, entry, _options.VerifyChecksums);
            case ZipFields.Deflated:
                if (entry.Size / MaxDeflateRatio > entry.CompressedSize)
                {
                    TorchZipThrow.BadRecord(_source, record, $"{entry.CompressedSize} deflated bytes cannot unfold to {entry.Size}");
                }

                uint? crc = _options.VerifyChecksums && entry.Crc != 0 ? entry.Crc : null;
                return new InflatedByteSource(() => new ZipRecordSource(_source, entry, verify: false), _source.Name, record, entry.Size, crc, _options.Limits.MaxInflatedBytes);
            default:
                TorchZipThrow.UnsupportedRecord(_source, record, $"the record is compressed by method {entry.Method}; only 0 (stored) and 8 (deflated) are read");
                return null!;
        }
    }
}
