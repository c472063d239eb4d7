using TorchSharp;

Console.WriteLine(torch.rand(2).ToString(TensorStringStyle.Numpy));
