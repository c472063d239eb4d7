using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Torchkeep.Tests.Rooms;

/// <summary>
/// Which type of an assembly stands in which source folder, and which types it uses: in signatures, fields, bases and
/// instructions. Read from the compiled assembly and its symbols, so comments do not count and nothing is missed but
/// constants, which the compiler copies.
/// </summary>
internal sealed class RoomMap
{
    // The C# compiler lists here the sources of types without instructions (Roslyn, PortableCustomDebugInfoKinds).
    private static readonly Guid _typeDefinitionDocuments = new("932E74BC-DBA9-4478-8D46-0F32A7BAB3D3");

    private static readonly Dictionary<int, OperandType> _operands = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => code.Value & 0xffff, code => code.OperandType);

    private readonly PEReader _image;
    private readonly MetadataReader _types;
    private readonly MetadataReader _symbols;
    private readonly TypeCollector _collector = new();
    private readonly string _sourceFolder;

    private RoomMap(PEReader image, MetadataReader symbols, string sourceFolder)
    {
        _image = image;
        _types = image.GetMetadataReader();
        _symbols = symbols;
        _sourceFolder = sourceFolder;
    }

    /// <summary>Each use as (user, its folder, used, its folder); folders are those right below <paramref name="sourceFolder"/>, "" itself.</summary>
    internal static List<Use> Uses(string assembly, string sourceFolder)
    {
        using var image = new PEReader(File.OpenRead(assembly));
        using var symbols = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(Path.ChangeExtension(assembly, ".pdb")));
        return new RoomMap(image, symbols.GetMetadataReader(), sourceFolder).Uses();
    }

    private List<Use> Uses()
    {
        var folders = _types.TypeDefinitions.ToDictionary(type => type, FolderOf);
        var uses = new HashSet<Use>();
        foreach (var (type, folder) in folders)
        {
            if (folder is null)
            {
                continue;
            }

            foreach (var used in UsedBy(type))
            {
                if (folders[Outermost(used)] is { } usedFolder)
                {
                    uses.Add(new(NameOf(Outermost(type)), folder, NameOf(Outermost(used)), usedFolder));
                }
            }
        }

        return [.. uses];
    }

    private HashSet<TypeDefinitionHandle> UsedBy(TypeDefinitionHandle handle)
    {
        _collector.Found.Clear();
        var type = _types.GetTypeDefinition(handle);
        Collect(type.BaseType);
        foreach (var contract in type.GetInterfaceImplementations())
        {
            Collect(_types.GetInterfaceImplementation(contract).Interface);
        }

        foreach (var field in type.GetFields())
        {
            _types.GetFieldDefinition(field).DecodeSignature(_collector, null);
        }

        foreach (var methodHandle in type.GetMethods())
        {
            var method = _types.GetMethodDefinition(methodHandle);
            method.DecodeSignature(_collector, null);
            if (method.RelativeVirtualAddress != 0)
            {
                CollectBody(_image.GetMethodBody(method.RelativeVirtualAddress));
            }
        }

        return [.. _collector.Found];
    }

    private void CollectBody(MethodBodyBlock body)
    {
        if (!body.LocalSignature.IsNil)
        {
            _types.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(_collector, null);
        }

        var code = body.GetILReader();
        while (code.RemainingBytes > 0)
        {
            int opcode = code.ReadByte();
            opcode = opcode == 0xfe ? 0xfe00 | code.ReadByte() : opcode;
            switch (_operands[opcode])
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType or OperandType.InlineSig:
                    Collect((EntityHandle)MetadataTokens.Handle(code.ReadInt32()));
                    break;
                case OperandType.InlineSwitch:
                    var targets = code.ReadInt32();
                    code.Offset += targets * sizeof(int);
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    code.Offset += 8;
                    break;
                case OperandType.InlineBrTarget or OperandType.InlineI or OperandType.InlineString or OperandType.ShortInlineR:
                    code.Offset += 4;
                    break;
                case OperandType.InlineVar:
                    code.Offset += 2;
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    code.Offset += 1;
                    break;
            }
        }
    }

    private void Collect(EntityHandle handle)
    {
        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition when !handle.IsNil:
                _collector.Found.Add((TypeDefinitionHandle)handle);
                break;
            case HandleKind.TypeSpecification:
                _types.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(_collector, null);
                break;
            case HandleKind.MethodDefinition:
                Collect(_types.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.FieldDefinition:
                Collect(_types.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.MemberReference:
                Collect(_types.GetMemberReference((MemberReferenceHandle)handle).Parent);
                break;
            case HandleKind.MethodSpecification:
                var generic = _types.GetMethodSpecification((MethodSpecificationHandle)handle);
                generic.DecodeSignature(_collector, null);
                Collect(generic.Method);
                break;
        }
    }

    private string? FolderOf(TypeDefinitionHandle type)
    {
        var outermost = Outermost(type);
        var path = SourceOf(outermost) ?? _types.GetTypeDefinition(outermost).GetNestedTypes().Select(SourceOf).FirstOrDefault(source => source is not null);
        var at = path?.Replace('\\', '/').LastIndexOf(_sourceFolder, StringComparison.Ordinal) ?? -1;
        if (at < 0 || path!.Contains("/obj/", StringComparison.Ordinal))
        {
            return null;
        }

        var parts = path[(at + _sourceFolder.Length)..].Replace('\\', '/').Split('/');
        return parts.Length == 1 ? "" : parts[0];
    }

    private string? SourceOf(TypeDefinitionHandle handle)
    {
        foreach (var method in _types.GetTypeDefinition(handle).GetMethods())
        {
            var symbols = _symbols.GetMethodDebugInformation(method);
            var document = symbols.Document.IsNil
                ? symbols.GetSequencePoints().Select(point => point.Document).FirstOrDefault(found => !found.IsNil)
                : symbols.Document;
            if (!document.IsNil)
            {
                return NameOf(document);
            }
        }

        foreach (var informationHandle in _symbols.GetCustomDebugInformation(handle))
        {
            var information = _symbols.GetCustomDebugInformation(informationHandle);
            if (_symbols.GetGuid(information.Kind) == _typeDefinitionDocuments)
            {
                return NameOf(MetadataTokens.DocumentHandle(_symbols.GetBlobReader(information.Value).ReadCompressedInteger()));
            }
        }

        return null;
    }

    private string NameOf(DocumentHandle document) => _symbols.GetString(_symbols.GetDocument(document).Name);

    private string NameOf(TypeDefinitionHandle handle)
    {
        var type = _types.GetTypeDefinition(handle);
        return $"{_types.GetString(type.Namespace)}.{_types.GetString(type.Name)}";
    }

    private TypeDefinitionHandle Outermost(TypeDefinitionHandle type)
    {
        while (_types.GetTypeDefinition(type).GetDeclaringType() is { IsNil: false } outer)
        {
            type = outer;
        }

        return type;
    }

    internal sealed record Use(string User, string Folder, string Used, string UsedFolder);

    /// <summary>Keeps every type of this assembly that a signature names.</summary>
    private sealed class TypeCollector : ISignatureTypeProvider<int, object?>
    {
        internal HashSet<TypeDefinitionHandle> Found { get; } = [];

        public int GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => Found.Add(handle) ? 0 : 0;

        public int GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
            reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

        public int GetArrayType(int elementType, ArrayShape shape) => 0;

        public int GetByReferenceType(int elementType) => 0;

        public int GetFunctionPointerType(MethodSignature<int> signature) => 0;

        public int GetGenericInstantiation(int genericType, System.Collections.Immutable.ImmutableArray<int> typeArguments) => 0;

        public int GetGenericMethodParameter(object? genericContext, int index) => 0;

        public int GetGenericTypeParameter(object? genericContext, int index) => 0;

        public int GetModifiedType(int modifier, int unmodifiedType, bool isRequired) => 0;

        public int GetPinnedType(int elementType) => 0;

        public int GetPointerType(int elementType) => 0;

        public int GetPrimitiveType(PrimitiveTypeCode typeCode) => 0;

        public int GetSZArrayType(int elementType) => 0;

        public int GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => 0;
    }
}
