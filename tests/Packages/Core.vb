Imports Torchkeep

Module Program
    Sub Main()
        Dim state = New PyDict(True)
        state.Add(New PyString("fc.bias"), New PyTensor(TensorView.FromArray(New Single() {0.5F, -0.5F}, ElementType.Float32, New Long() {2})))
        Checkpoint.Save(state, "model.pth")

        Using saved = Checkpoint.Open("model.pth")
            For Each tensor In saved.Tensors
                Console.WriteLine($"{tensor.Name}: {tensor.View}")
            Next
            Console.WriteLine(saved.FindTensor("fc.bias").ToArray(Of Single)()(0))
        End Using
    End Sub
End Module
