namespace Torchkeep;

/// <summary>How a <see cref="PySparseTensor"/> says where its elements are: PyTorch's sparse layouts (c10/core/Layout.h).</summary>
public enum SparseLayout
{
    /// <summary><c>torch.sparse_coo</c>: the coordinates of each element.</summary>
    Coo,

    /// <summary><c>torch.sparse_csr</c>: where each row starts, and the column of each element.</summary>
    Csr,

    /// <summary><c>torch.sparse_csc</c>: where each column starts, and the row of each element.</summary>
    Csc,

    /// <summary><c>torch.sparse_bsr</c>: as CSR, of dense blocks.</summary>
    Bsr,

    /// <summary><c>torch.sparse_bsc</c>: as CSC, of dense blocks.</summary>
    Bsc,
}
