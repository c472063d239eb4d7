using System.Globalization;
using System.Text;
using Torchkeep.Cli.Modules;
using Torchkeep.Cli.Output;

namespace Torchkeep.Cli.Scaffolding;

/// <summary>Writes a generated class: fields, constructor, and a forward where its parts leave no choice.</summary>
internal sealed class ClassWriter(GeneratedClass type, StringBuilder code)
{
    private const string PyTorch = "torch.nn.modules.";
    private const string Sequential = $"{PyTorch}container.Sequential";

    private readonly Queue<string> _values = new(type.Values);

    internal void Write(IReadOnlyList<string> ties)
    {
        var isRow = IsRow();
        WriteHead(isRow);
        if (!isRow)
        {
            WriteFields();
        }

        WriteConstructor(isRow, ties);
        if (!isRow)
        {
            WriteForward();
        }

        code.Append("}\n");
    }

    // A Sequential, or a class whose children are numbered as those of one.
    private bool IsRow() =>
        type.Fields.Count > 0 && (type.Module.ClassName == Sequential || type.Fields.Index().All(field => field.Item.Name == field.Index.ToString(CultureInfo.InvariantCulture)))
        && type.Fields.All(field => field.Value is { IsPlain: true } and not SameExpression and not ParameterExpression);

    private void WriteHead(bool isRow)
    {
        var name = SafeText.Escape(TextCut.Start(type.Module.ClassName, 200));
        code.Append($"\n// {name}{Attributes()}\n");
        if (isRow && type.Module.ClassName != Sequential)
        {
            code.Append("// Its parts are numbered as those of an nn.Sequential, which is what it is taken for; the file does not say.\n");
        }

        if (!type.Module.ClassName.StartsWith(PyTorch, StringComparison.Ordinal))
        {
            code.Append($"[PythonClass({CodeText.Literal(type.Module.ClassName)})]\n");
        }

        code.Append($"public sealed class {type.Name} : {(isRow ? "Sequential" : "nn.Module<Tensor, Tensor>")}\n{{\n");
    }

    private string Attributes()
    {
        const int Most = 12;
        var written = new List<string>();
        foreach (var name in type.Module.Settings.Where(setting => setting.Value is PyInt or PyFloat or PyBool or PyString or PyNone or PyTuple).Select(setting => setting.Key).Take(Most))
        {
            var values = type.Objects.Select(module => module.Settings.GetValueOrDefault(name)).OfType<PyValue>().Select(PythonText.Repr).Distinct().Take(4).ToList();
            written.Add(SafeText.Escape($"{name}={string.Join(" or ", values.Take(3))}{(values.Count > 3 ? " or others" : "")}"));
        }

        return written.Count == 0 ? "" : $", with the attributes {string.Join(", ", written)}";
    }

    private void WriteFields()
    {
        foreach (var field in type.Fields.Where(field => field.Value.Type != "Tensor"))
        {
            if (field.Identifier != field.Name)
            {
                code.Append($"    [ComponentName(Name = {CodeText.Literal(field.Name)})]\n");
            }

            code.Append($"    private readonly {field.Value.Type} {CodeText.Escaped(field.Identifier)};\n");
        }

        code.Append(type.Fields.Any(field => field.Value.Type != "Tensor") ? "\n" : "");
    }

    private void WriteConstructor(bool isRow, IReadOnlyList<string> ties)
    {
        code.Append($"    public {type.Name}({string.Join(", ", type.Parameters.Select(parameter => $"{parameter.Type} {parameter.Name}"))})\n        : base(");
        if (isRow)
        {
            var isNumbered = type.Fields.Index().All(field => field.Item.Name == field.Index.ToString(CultureInfo.InvariantCulture));
            var isFirst = true;
            foreach (var field in type.Fields)
            {
                code.Append(isFirst ? "\n            " : ",\n            ").Append(isNumbered ? "" : $"({CodeText.Literal(field.Name)}, ");
                field.Value.Write(code, _values, "            ");
                code.Append(isNumbered ? "" : ")");
                isFirst = false;
            }

            code.Append(")\n    {\n");
            WriteNotes(type.Fields.SelectMany(field => field.Value.Notes.Select(note => $"'{field.Name}': {note}")).Concat(ties));
            code.Append("    }\n");
            return;
        }

        code.Append($"nameof({type.Name}))\n    {{\n");
        foreach (var field in type.Fields)
        {
            WriteNotes(field.Value.Notes);
            WriteAssignment(field);
        }

        WriteNotes(ties);
        code.Append("        RegisterComponents();\n    }\n\n");
    }

    private void WriteAssignment(CodeField field)
    {
        if (field.Value.Type == "Tensor")
        {
            if (!field.IsPersistent)
            {
                WriteNotes(["no state_dict has this buffer: it is yours to fill"]);
            }

            code.Append($"        register_buffer({CodeText.Literal(field.Name)}, ");
            field.Value.Write(code, _values, "        ");
            code.Append(field.IsPersistent ? ");\n" : ", persistent: false);\n");
            return;
        }

        code.Append($"        {CodeText.Escaped(field.Identifier)} = ");
        field.Value.Write(code, _values, "        ");
        code.Append(";\n");
    }

    private void WriteNotes(IEnumerable<string> notes)
    {
        foreach (var note in notes.Distinct())
        {
            code.Append($"        // {SafeText.Escape(note)}.\n");
        }
    }

    private void WriteForward()
    {
        foreach (var note in Made())
        {
            code.Append($"    // {SafeText.Escape(note)}.\n");
        }

        var parts = type.Fields.Select(field => SafeText.Escape(field.Name)).ToList();
        var named = parts.Count == 0 ? "nothing" : string.Join(", ", parts.Take(20)) + (parts.Count > 20 ? ", ..." : "");
        code.Append($"    // TODO: what the Python class's forward does with {named}. The file has no code.\n");
        code.Append($"    public override Tensor forward(Tensor input) => throw new NotImplementedException({CodeText.Literal($"{type.Name}.forward is yours to write")});\n");
    }

    // What a layer does with tensors that its class has not.
    private IEnumerable<string> Made()
    {
        var tensors = new PyDict();
        foreach (var (name, tensor) in type.Module.Parameters.Concat(type.Module.Buffers))
        {
            if (tensor is not null)
            {
                tensors.Add(name, tensor);
            }
        }

        return FoldedWeights.Find(tensors)
            .Select(group => $"{string.Join(" and ", group.Members)} make up {group.Name} by {group.KindName}: torchkeep convert --fold-weights writes that in their place")
            .Concat(type.Module.Hooks.Select(hook => $"The file has hooks: {hook}"));
    }
}
