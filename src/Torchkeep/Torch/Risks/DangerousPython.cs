using static Torchkeep.Torch.Risks.DangerReasons;

namespace Torchkeep.Torch.Risks;

/// <summary>
/// The standard library of Python 2.7 to 3.14, by its documentation and source, with all that the lists of picklescan,
/// fickling and modelscan have of it.
/// </summary>
internal static class DangerousPython
{
    internal static DangerousGroup[] Groups { get; } =
    [
        new(RunsPrograms, """
            os posix nt subprocess _posixsubprocess _winapi commands popen2 pty platform multiprocessing _multiprocessing concurrent asyncio
            signal _signal webbrowser antigravity winreg _winreg msvcrt resource uuid pipes pexpect
            builtins.help builtins.exit builtins.quit ensurepip pip setuptools distutils venv _aix_support _osx_support _pyrepl
            """),
        new(RunsCode, """
            builtins.eval builtins.exec builtins.execfile builtins.compile builtins.__build_class__ builtins.breakpoint builtins.input
            builtins.raw_input eval exec compile
            threading _thread thread sched atexit ctypes _ctypes cffi runpy code codeop pdb bdb trace profile cProfile timeit doctest unittest
            test idlelib lib2to3 pydoc pydoc_data site ast marshal _interpreters _interpchannels _xxsubinterpreters _xxinterpchannels _testcapi
            _testinternalcapi modulefinder.ModuleFinder py_compile compileall rlcompleter cmd curses.wrapper
            gettext.c2py gettext._as_int2 typing.ForwardRef typing.get_type_hints typing._eval_type annotationlib dataclasses._create_fn
            tkinter _tkinter turtledemo logging.config logging.handlers
            """),
        new(CallsWhatItIsGiven, """
            builtins.apply builtins.map builtins.filter builtins.reduce functools _functools copy._reconstruct copyreg.__reduce_ex__
            itertools.starmap itertools.accumulate itertools.takewhile itertools.dropwhile itertools.filterfalse itertools.ifilter
            itertools.ifilterfalse itertools.imap itertools.groupby weakref.finalize contextlib.ExitStack contextlib.AsyncExitStack
            contextvars.Context.run re.Scanner
            """),
        new(MakesClasses, """
            builtins.type builtins.super builtins.classmethod builtins.staticmethod builtins.property types abc.ABCMeta _py_abc
            dataclasses.make_dataclass typing.NamedTupleMeta enum.EnumMeta enum.EnumType
            """),
        new(ChangesPython, """
            copyreg.pickle copyreg.constructor copyreg.add_extension copyreg.remove_extension copyreg.clear_extension_cache
            codecs.register codecs.register_error _codecs.register _codecs.register_error warnings.showwarning faulthandler
            """),
        new(Reaches, """
            builtins.__import__ builtins.reload builtins.getattr builtins.setattr builtins.delattr builtins.hasattr builtins.globals
            builtins.locals builtins.vars builtins.dir builtins.memoryview builtins.__dict__ builtins.__loader__ builtins.__spec__ __builtins__
            sys gc inspect importlib imp _imp _frozen_importlib _frozen_importlib_external pkgutil zipimport operator _operator sysconfig
            warnings._getcategory warnings._setoption xmlrpc.server.resolve_dotted_attribute
            """),
        new(TouchesFiles, """
            builtins.open builtins.file io _io _pyio codecs.open shutil tempfile fileinput glob filecmp linecache posixpath ntpath genericpath
            macpath zipfile tarfile gzip.open gzip.GzipFile bz2.open bz2.BZ2File lzma.open lzma.LZMAFile zipapp sqlite3 _sqlite3 dbm _dbm _gdbm
            mmap mailbox netrc mimetypes mailcap syslog readline tokenize.open pyclbr tabnanny pickletools.main gettext.translation
            configparser.ConfigParser.read configparser.RawConfigParser.read argparse.FileType getpass logging.FileHandler logging.basicConfig
            xml.sax.parse xml.dom.minidom.parse xml.dom.pulldom.parse xml.etree.ElementTree.parse xml.etree.cElementTree.parse
            pathlib.Path pathlib.PosixPath pathlib.WindowsPath pathlib._local.Path pathlib._local.PosixPath pathlib._local.WindowsPath
            """),
        new(LoadsMore, "pickle _pickle cPickle shelve"),
        new(UsesNetwork, """
            socket _socket socketserver SocketServer ssl _ssl http httplib urllib urllib2 ftplib smtplib smtpd poplib imaplib telnetlib nntplib
            xmlrpc wsgiref selectors cgi asyncore asynchat
            select.select select.poll select.epoll select.kqueue select.kevent select.devpoll
            """),
        new(Listed, "difflib"),

        // They take items and call nothing; a call of what itemgetter makes is a call of a thing that the pickle makes up, which
        // is told for itself.
        new(null, "operator.itemgetter _operator.itemgetter operator.getitem _operator.getitem"),
    ];
}
