using System.Globalization;
using System.Text;

namespace Torchkeep;

/// <summary>
/// The base of everything Torchkeep throws about a checkpoint. It says what was wrong and, as far as is known,
/// in which file, record, byte and tensor; each is also a property.
/// </summary>
/// <remarks>
/// Catch this one type around opening, reading and saving. Errors of the operating system (a missing file, a full
/// disk) stay <see cref="IOException"/>.
/// </remarks>
public abstract class CheckpointException : Exception
{
    private readonly string _problem;

    private protected CheckpointException(string problem, Exception? innerException)
        : base(problem, innerException) => _problem = problem;

    /// <summary>What was wrong, without the place.</summary>
    internal string Problem => _problem;

    /// <summary>The path of the file, or null when the bytes came from memory or a nameless stream.</summary>
    public string? File { get; internal set; }

    /// <summary>The record inside the file, such as <c>model/data/17</c>, or null.</summary>
    public string? Record { get; internal set; }

    /// <summary>The byte where it broke: inside <see cref="Record"/> if that is set, else inside the file; or null.</summary>
    public long? Offset { get; internal set; }

    /// <summary>The tensor that was being built or read, or null when no one tensor is to blame.</summary>
    public string? TensorName { get; internal set; }

    /// <summary>
    /// What was wrong, followed by the place in parentheses, in one line. It is safe to be shown and logged: text of the file
    /// is escaped (<see cref="SafeText.Escape"/>), whereas the properties have it as it is.
    /// </summary>
    public override string Message
    {
        get
        {
            var text = new StringBuilder(_problem);
            var separator = " (";
            Append("file", File);
            Append("record", Record);
            Append("byte", Offset?.ToString(CultureInfo.InvariantCulture), quoted: false);
            Append("tensor", TensorName);
            return SafeText.Escape(separator == " (" ? _problem : text.Append(')').ToString());

            void Append(string what, string? value, bool quoted = true)
            {
                if (value is null)
                {
                    return;
                }

                text.Append(separator).Append(what).Append(quoted ? " '" : " ").Append(value).Append(quoted ? "'" : "");
                separator = ", ";
            }
        }
    }
}
