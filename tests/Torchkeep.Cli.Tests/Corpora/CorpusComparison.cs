using System.Text.Json;
using System.Text.RegularExpressions;

namespace Torchkeep.Cli.Tests.Corpora;

/// <summary>Compares what the command says of a file with what is true, and lists every disagreement.</summary>
internal sealed class CorpusComparison
{
    private const string Cycle = "CYCLE";
    private const string Record = "object ";

    // Where the other reader keeps a record of a call, and the command gives the number or the array.
    private const string NumpyCall = "object numpy.";

    private static readonly string[] _printedByTheirClass = ["TrainingArguments", "Generator"];

    // An attribute, outside of the text of a key.
    private static readonly Regex _attribute = new(@"^\$(\[('([^'\\]|\\.)*'|""([^""\\]|\\.)*""|[^'""\]]*)\])*\.", RegexOptions.CultureInvariant);

    private static readonly Regex _argument = new(@"^\(arg(\d+)\)", RegexOptions.CultureInvariant);

    // <Color.RED: 1> and <class 'a.B'>: the file has the value of an enumeration, and the name of a class alone.
    private static readonly Regex _member = new(@"^<(\w+)\.\w+: (.*)>$", RegexOptions.CultureInvariant);
    private static readonly Regex _class = new(@"^<class '(.*)'>$", RegexOptions.CultureInvariant);

    private readonly CorpusTruth _truth;
    private readonly List<string> _wholes;
    private readonly List<string> _disagreements = [];
    private readonly Dictionary<long, long> _storages = [];
    private readonly HashSet<long> _found = [];

    private CorpusComparison(CorpusTruth truth)
    {
        _truth = truth;
        _wholes = [.. truth.Leaves.Where(leaf => !leaf.IsContainer).Concat(truth.Tensors).Select(item => item.Path)];
    }

    internal static IReadOnlyList<string> Compare(CorpusTruth truth, string kind, JsonElement found)
    {
        var comparison = new CorpusComparison(truth);
        comparison.CompareAll(kind, found);
        return comparison._disagreements;
    }

    private void CompareAll(string kind, JsonElement found)
    {
        var format = found.GetProperty("format").GetString();
        Expect("the kind", kind == "plain pickle" ? "pickle" : kind, format);
        if (_truth.RootType is { } rootType)
        {
            var foundType = found.GetProperty("root_type").GetString()!;
            Expect("the type of the object", rootType, IsSameType(rootType, foundType) ? rootType : foundType);
        }

        var tensors = found.GetProperty("tensors").EnumerateArray().Select(CorpusItem.Of).ToList();
        var leaves = found.GetProperty("leaves").EnumerateArray().Select(CorpusItem.Of).ToList();
        (tensors, leaves) = WithEntries(tensors, leaves);
        _disagreements.AddRange(tensors.Concat(leaves).GroupBy(item => item.Path).Where(same => same.Count() > 1).Select(same => $"{same.Key} is the path of {same.Count()} values"));

        var rest = CompareItems(_truth.Tensors, tensors, []);
        if (_truth.ListsLeaves)
        {
            // What a reader gives as one value has no parts to be compared.
            var values = leaves.Where(IsValue).GroupBy(leaf => leaf.Path).ToDictionary(same => same.Key, same => same.First());
            rest.AddRange(CompareItems(_truth.Leaves, leaves, values));
        }

        rest.RemoveAll(MayBeThere);
        CompareUnaddressable(rest);
        _disagreements.AddRange(rest.Select(item => $"{item.Path}, a {item.Type}, should not be there"));
    }

    // The class of a namedtuple is not in the file, which has its fields as the arguments of a call.
    private (List<CorpusItem> Tensors, List<CorpusItem> Leaves) WithEntries(List<CorpusItem> tensors, List<CorpusItem> leaves)
    {
        var records = leaves.Where(leaf => leaf.Type.StartsWith(Record, StringComparison.Ordinal)).Select(leaf => leaf.Path).ToHashSet();
        var tuples = _truth.Leaves.Where(leaf => leaf.IsContainer && !leaf.Type.StartsWith(Record, StringComparison.Ordinal) && records.Contains(leaf.Path)).Select(leaf => leaf.Path).ToList();
        return ([.. tensors.Select(Renamed)], [.. leaves.Select(Renamed)]);

        CorpusItem Renamed(CorpusItem item) => tuples.Find(item.IsBelow) is { } tuple
            ? item with { Path = tuple + _argument.Replace(item.Path[tuple.Length..], "[$1]") }
            : item;
    }

    // Gives what was found and is not in the truth.
    private List<CorpusItem> CompareItems(IReadOnlyList<CorpusItem> expected, List<CorpusItem> found, Dictionary<string, CorpusItem> values)
    {
        var byPath = found.GroupBy(item => item.Path).ToDictionary(same => same.Key, same => same.First());
        foreach (var item in expected)
        {
            if (byPath.Remove(item.Path, out var other))
            {
                CompareFields(item, other);
            }
            else if (values.Values.FirstOrDefault(value => item.IsBelow(value.Path)) is { } whole)
            {
                ComparePart(item, whole);
            }
            else
            {
                _disagreements.Add($"{item.Path}, a {item.Type}, is missing");
            }
        }

        return [.. byPath.Values];
    }

    // The parts of what the truth keeps as a record and the command gives as a value: a number or a text in them is in the
    // text of the value. One of NumPy is given by its own text or hash, and not by the bytes of the record.
    private void ComparePart(CorpusItem part, CorpusItem whole)
    {
        if (!whole.Type.StartsWith("numpy.", StringComparison.Ordinal) && part.Text("repr") is { } text && whole.Text("repr") is { } value && !value.Contains(text, StringComparison.Ordinal))
        {
            _disagreements.Add($"{part.Path} should be {text}, and {whole.Path} is {value}");
        }
    }

    private void CompareFields(CorpusItem expected, CorpusItem found)
    {
        foreach (var (name, value) in expected.Fields)
        {
            if (!IsSame(name, value, expected, found))
            {
                _disagreements.Add($"{expected.Path} {name} should be {value.GetRawText()}, is {(found.Fields.TryGetValue(name, out var other) ? other.GetRawText() : "not said")}");
            }
        }
    }

    private bool IsSame(string name, JsonElement expected, CorpusItem truth, CorpusItem found)
    {
        var isSaid = found.Fields.TryGetValue(name, out var value);
        return name switch
        {
            "path" => true,
            "type" => IsSameType(truth.Type, found.Type),
            "storage_id" => isSaid && IsSameStorage(expected.GetInt64(), value.GetInt64()),
            "container" or "len" when truth.Type == Cycle || IsValue(found) => true,
            "len" => JsonElement.DeepEquals(expected, value) || (truth.Type.StartsWith(Record, StringComparison.Ordinal) && (expected.GetInt32() == 0 || !found.Type.StartsWith(Record, StringComparison.Ordinal))),
            "repr" when !isSaid => IsSameWithoutText(expected.GetString()!, truth, found),
            "repr" => value.GetString() == _class.Replace(_member.Replace(expected.GetString()!, "$1($2)"), "$1"),
            "name" => found.Text("repr") == expected.GetString(),
            "numel" => expected.GetInt64() == found.Fields["shape"].EnumerateArray().Aggregate(1L, (product, size) => product * size.GetInt64()),
            "layout" when !isSaid => expected.GetString() == "torch.strided",
            "is_conj" or "is_neg" when !isSaid => !expected.GetBoolean(),
            _ => isSaid && JsonElement.DeepEquals(expected, value),
        };
    }

    // The members of a set are listed below it, an array is given by its hash, and some objects only their class can print.
    private static bool IsSameWithoutText(string expected, CorpusItem truth, CorpusItem found) =>
        (found.Type is "set" or "frozenset" && found.Fields["len"].GetInt32() == (expected == "[]" ? 0 : expected.Split(", ").Length))
        || (LastPart(truth.Type) == "ndarray" && found.Fields.ContainsKey("shape"))
        || _printedByTheirClass.Contains(truth.Type);

    // The judges write the name of a class with its module, or without.
    private static bool IsSameType(string expected, string found) =>
        LastPart(expected) == LastPart(found)
        || expected is "object ?" or Cycle
        || (expected == "object torch.FloatTensor" && found is "Tensor")
        || (expected == "numpy.scalar" && found.StartsWith("numpy.", StringComparison.Ordinal))
        || (expected.StartsWith(NumpyCall, StringComparison.Ordinal) && found.StartsWith("numpy.", StringComparison.Ordinal))
        || (expected is "dtype" or "type" && found == "global");

    private static bool IsValue(CorpusItem found) => found.Fields.ContainsKey("repr") || found.Fields.ContainsKey("sha256");

    // Sharing both ways: each storage of the truth is one here, and each here is one of the truth.
    private bool IsSameStorage(long expected, long found) =>
        _storages.TryAdd(expected, found) ? _found.Add(found) : _storages[expected] == found;

    // What the truth does not list: parts of what it gives as a value, and attributes where it has none.
    private bool MayBeThere(CorpusItem found) =>
        _wholes.Any(found.IsBelow) || (!_truth.ListsAttributes && _attribute.IsMatch(found.Path)) || (!_truth.ListsLeaves && found.IsContainer);

    private void CompareUnaddressable(List<CorpusItem> rest)
    {
        foreach (var item in _truth.Unaddressable)
        {
            var place = item.Path[..UnspeltKey(item.Path)];
            var same = rest.FindIndex(found => found.Path.StartsWith(place, StringComparison.Ordinal)
                && item.Fields.All(field => field.Key is "path" or "storage_id" || IsSame(field.Key, field.Value, item, found)));
            if (same < 0)
            {
                _disagreements.Add($"{item.Path}, a {item.Type} under a key without a spelling, is missing");
            }
            else
            {
                rest.RemoveAt(same);
            }
        }
    }

    private static int UnspeltKey(string path) =>
        path.IndexOf("[<", StringComparison.Ordinal) is >= 0 and var at ? at : path.LastIndexOf("[(", StringComparison.Ordinal);

    private void Expect(string what, string expected, string? found)
    {
        if (expected != found)
        {
            _disagreements.Add($"{what} should be {expected}, is {found}");
        }
    }

    private static string LastPart(string type) => type[(type.LastIndexOfAny([' ', '.']) + 1)..];
}
