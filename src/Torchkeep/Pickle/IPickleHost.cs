using Torchkeep.IO;

namespace Torchkeep.Pickle;

/// <summary>
/// What the pickle machine asks about meaning. The machine itself knows the language and nothing of torch, and keeps
/// as a record whatever the host does not turn into data.
/// </summary>
internal interface IPickleHost
{
    /// <summary>What a <c>str</c> of Python 2 becomes.</summary>
    Python2Text Python2Text => Python2Text.Utf8OrBytes;

    /// <summary>The data that a call of a name stands for, or null to keep the call as a record.</summary>
    PyValue? Call(PyGlobal callable, PyTuple arguments);

    /// <summary>The data that a new object of a class stands for, or null to keep it as a record.</summary>
    PyValue? New(PyGlobal type, PyTuple arguments) => null;

    /// <summary>Whether a call of a name may have an argument in place of the tuple that Python wants.</summary>
    bool TakesBareArgument(PyGlobal callable) => false;

    /// <summary>Gives a state to data that the host made of a call; false when it takes none.</summary>
    bool TryBuild(PyValue target, PyValue state);

    /// <summary>Whether raw bytes may stand between the opcodes, so that nothing of a pickle can be known ahead of running it.</summary>
    bool HasRawBytes => false;

    /// <summary>
    /// What an object becomes of raw bytes behind the opcode that gave it its state; null where none follow. They are taken off
    /// the cursor.
    /// </summary>
    PyValue? TakeRawBytes(PyValue built, ref SpanCursor cursor) => null;

    /// <summary>What a persistent id stands for.</summary>
    PyValue LoadPersistent(PyValue id);
}
