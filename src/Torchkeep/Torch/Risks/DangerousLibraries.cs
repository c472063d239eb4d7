using static Torchkeep.Torch.Risks.DangerReasons;

namespace Torchkeep.Torch.Risks;

/// <summary>Packages that stand beside PyTorch where models are trained, by their documentation and by published advisories.</summary>
internal static class DangerousLibraries
{
    internal static DangerousGroup[] Groups { get; } =
    [
        new(LoadsMore, """
            dill cloudpickle joblib jsonpickle hickle klepto skops.io.load skops.io.loads ray.cloudpickle ray.util numba.core.serialize
            pandas.read_pickle pandas.io pandas.compat.pickle_compat pandas.HDFStore pandas.read_hdf pandas.core.generic.NDFrame.to_pickle
            yaml.load yaml.load_all yaml.full_load yaml.full_load_all yaml.unsafe_load yaml.unsafe_load_all yaml.constructor yaml.Loader yaml.FullLoader
            yaml.UnsafeLoader ruamel.yaml keras.models.load_model keras.saving tensorflow.keras.models.load_model tensorflow.saved_model
            tensorflow.python.saved_model transformers.dynamic_module_utils transformers.pipeline scipy.io.loadmat sklearn.externals
            sklearn.datasets.load_files webdataset mlflow.pyfunc
            """),
        new(RunsCode, """
            sympy.sympify sympy.core.sympify sympy.parsing sympy.lambdify sympy.utilities.lambdify sympy.utilities._compilation sympy.utilities.autowrap
            numexpr jinja2 mako bottle.template cython Cython pyximport IPython ipykernel jupyter_client ipyparallel numba.jit numba.njit
            keras.layers.Lambda tensorflow.keras.layers.Lambda tensorflow.py_function tensorflow.numpy_function tensorflow.python.ops.script_ops
            pandas.eval pandas.core.computation pandas.core.frame.DataFrame.eval pandas.core.frame.DataFrame.query pandas.DataFrame.eval
            pandas.DataFrame.query mlflow.projects mlflow.models hydra.utils hydra._internal.instantiate hydra.main omegaconf.OmegaConf.to_object
            pytest _pytest py nose django.core.management celery dask execnet rpyc asteval RestrictedPython simpleeval
            ray.remote ray.get
            """),
        new(RunsPrograms, """
            psutil git gitpython sh plumbum invoke fabric paramiko xonsh ptyprocess winpty conda virtualenv poetry
            pkg_resources twisted.internet twisted.python.procutils
            """),
        new(TouchesFiles, """
            fsspec omegaconf.OmegaConf.load omegaconf.OmegaConf.save pandas.read_csv pandas.read_json pandas.read_table pandas.read_parquet
            pandas.read_excel pandas.read_sql pandas.read_feather pandas.ExcelFile pandas.ExcelWriter scipy.io.savemat scipy.io.wavfile h5py.File
            PIL.Image.open PIL.ImageFile.Parser zarr.open
            """),
        new(UsesNetwork, "requests aiohttp httpx urllib3 huggingface_hub wandb gradio boto3 botocore smart_open pycurl websocket websockets grpc"),
        new(ChangesPython, "omegaconf.OmegaConf.register_new_resolver omegaconf.OmegaConf.register_resolver"),
        new(Scans, "fickling picklescan modelscan modelaudit"),
    ];
}
