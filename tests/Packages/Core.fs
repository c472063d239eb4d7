open System
open Torchkeep

let save () =
    let state = PyDict(true)
    let bias = TensorView.FromArray([| 0.5f; -0.5f |], ElementType.Float32, ReadOnlySpan [| 2L |])
    state.Add(PyString "fc.bias", PyTensor bias)
    Checkpoint.Save(state, "model.pth")

let load () =
    use checkpoint = Checkpoint.Open "model.pth"

    for tensor in checkpoint.Tensors do
        printfn "%s: %O" tensor.Name tensor.View

    printfn "%g" (checkpoint.FindTensor("fc.bias").ToArray<float32>()[0])

save ()
load ()
