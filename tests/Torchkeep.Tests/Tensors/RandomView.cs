using CsCheck;

namespace Torchkeep.Tests.Tensors;

/// <summary>Views of any rank, shape, stride and offset over storages that just hold them, with what reading them must give.</summary>
internal sealed record RandomView(ElementType Type, long[] Shape, long[] Strides, long Offset, byte[] Storage)
{
    internal static readonly Gen<RandomView> Any =
        from type in Gen.Enum<ElementType>().Where(type => ElementTypeInfo.Of(type).IsTorchType)
        from rank in Gen.Int[0, 5]
        from shape in Gen.Long[0, 4].Array[rank]
        from strides in Gen.Long[0, 9].Array[rank]
        from offset in Gen.Long[0, 5]
        from spare in Gen.Int[0, 3]
        let last = offset + shape.Zip(strides, (size, stride) => Math.Max(size - 1, 0) * stride).Sum()
        let length = (int)(last + 1 + spare) * ElementTypeInfo.Of(type).ByteSize
        from storage in Gen.Byte.Array[length]
        select new RandomView(type, shape, strides, offset, storage);

    internal int Size => ElementTypeInfo.Of(Type).ByteSize;

    internal byte[] Expected => NaiveGather.Gather(Storage, Size, Shape, Strides, Offset);

    internal TensorView View => new(new TensorStorage(new CountingByteSource(Storage)), Type, Shape, Strides, Offset);

    public override string ToString() => $"{Type} [{string.Join(',', Shape)}] strides [{string.Join(',', Strides)}] offset {Offset}";
}
