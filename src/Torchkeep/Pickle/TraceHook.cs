namespace Torchkeep.Pickle;

/// <summary>The attributes of an object that the unpickler itself calls (CPython Lib/pickle.py, Modules/_pickle.c).</summary>
internal enum TraceHook : byte
{
    /// <summary><c>__setstate__</c>, by BUILD.</summary>
    SetState,

    /// <summary><c>append</c>, by APPEND and APPENDS.</summary>
    Append,

    /// <summary><c>extend</c>, by APPENDS, and by APPEND of the C unpickler.</summary>
    Extend,

    /// <summary><c>add</c>, by ADDITEMS.</summary>
    Add,

    /// <summary><c>__new__</c>, by NEWOBJ and NEWOBJ_EX of the Python unpickler.</summary>
    New,
}
