"""Every layer that TorchSharp has, in several settings, with inputs: runs in judge.py after Modules/modules.py."""


def n(*shape):
    return torch.randn(*shape, generator=G)


def below(limit, *shape):
    return torch.randint(0, limit, shape, generator=G)


def signs(*shape):
    return below(2, *shape) * 2 - 1


def both(pair):
    return list(pair)


F = nn.functional
W3 = [1.0, 2.0, 3.0]

# An expression and what the module is called with.
LAYERS = [
    ("nn.Identity()", lambda: [n(2, 3)]),
    ("nn.Linear(3, 4)", lambda: [n(2, 3)]),
    ("nn.Linear(3, 4, bias=False)", lambda: [n(2, 3)]),
    ("nn.Linear(3, 4).double()", lambda: [n(2, 3).double()]),
    ("nn.Linear(3, 4).requires_grad_(False)", lambda: [n(2, 3)]),
    ("nn.Bilinear(3, 4, 2)", lambda: [n(5, 3), n(5, 4)]),
    ("nn.Bilinear(3, 4, 2, bias=False)", lambda: [n(5, 3), n(5, 4)]),
    ("nn.Conv1d(3, 4, 2)", lambda: [n(2, 3, 7)]),
    ("nn.Conv1d(4, 6, 3, stride=2, padding=1, groups=2, bias=False)", lambda: [n(2, 4, 9)]),
    ("nn.Conv1d(4, 6, 3, padding='same', dilation=2)", lambda: [n(2, 4, 9)]),
    ("nn.Conv1d(4, 6, 3, padding='valid', padding_mode='zeros')", lambda: [n(2, 4, 9)]),
    ("nn.Conv1d(4, 6, 3, padding=2, padding_mode='reflect')", lambda: [n(2, 4, 9)]),
    ("nn.Conv2d(3, 4, 2)", lambda: [n(2, 3, 5, 6)]),
    ("nn.Conv2d(3, 4, (3, 2), padding='same')", lambda: [n(2, 3, 5, 6)]),
    ("nn.Conv2d(3, 4, (3, 2), stride=(2, 1), padding=(1, 2), dilation=(1, 2))", lambda: [n(2, 3, 7, 6)]),
    ("nn.Conv2d(3, 4, 3, padding=1, padding_mode='circular')", lambda: [n(2, 3, 5, 6)]),
    ("nn.Conv2d(3, 4, 3, padding=(1, 2), padding_mode='replicate')", lambda: [n(2, 3, 5, 6)]),
    ("nn.Conv2d(4, 4, 3, dilation=2, groups=4, bias=False)", lambda: [n(2, 4, 7, 8)]),
    ("nn.Conv3d(2, 3, 2)", lambda: [n(2, 2, 4, 5, 3)]),
    ("nn.Conv3d(2, 3, (1, 2, 3), padding=(0, 1, 1), bias=False)", lambda: [n(2, 2, 4, 5, 3)]),
    ("nn.ConvTranspose1d(3, 4, 2, stride=2)", lambda: [n(2, 3, 5)]),
    ("nn.ConvTranspose1d(4, 4, 3, stride=2, padding=1, output_padding=1, groups=2, dilation=2)", lambda: [n(2, 4, 5)]),
    ("nn.ConvTranspose2d(4, 6, 3, stride=2, output_padding=1, groups=2)", lambda: [n(2, 4, 5, 4)]),
    ("nn.ConvTranspose2d(4, 6, (3, 2), stride=(2, 3), padding=(1, 0), bias=False)", lambda: [n(2, 4, 5, 4)]),
    ("nn.ConvTranspose3d(2, 3, 2, bias=False)", lambda: [n(2, 2, 3, 4, 3)]),
    ("nn.ConvTranspose3d(2, 3, (1, 2, 3), stride=2, padding=(0, 1, 1))", lambda: [n(2, 2, 3, 4, 3)]),
    ("nn.BatchNorm1d(4)", lambda: [n(3, 4, 5)]),
    ("nn.BatchNorm1d(4, eps=0.01, momentum=0.3, affine=False)", lambda: [n(3, 4)]),
    ("nn.BatchNorm1d(4, momentum=None)", lambda: [n(3, 4)]),
    ("nn.BatchNorm1d(4, track_running_stats=False)", lambda: [n(3, 4, 5)]),
    ("nn.BatchNorm2d(4)", lambda: [n(3, 4, 5, 2)]),
    ("nn.BatchNorm2d(4, affine=False, track_running_stats=False)", lambda: [n(3, 4, 5, 2)]),
    ("nn.BatchNorm2d(4).double()", lambda: [n(3, 4, 5, 2).double()]),
    ("nn.BatchNorm3d(4)", lambda: [n(3, 4, 2, 3, 2)]),
    ("nn.BatchNorm3d(4, eps=0.1)", lambda: [n(3, 4, 2, 3, 2)]),
    ("nn.InstanceNorm1d(4)", lambda: [n(3, 4, 5)]),
    ("nn.InstanceNorm1d(4, affine=True, eps=0.1)", lambda: [n(3, 4, 5)]),
    ("nn.InstanceNorm2d(4, track_running_stats=True, momentum=0.4)", lambda: [n(3, 4, 5, 2)]),
    ("nn.InstanceNorm2d(4, affine=True)", lambda: [n(3, 4, 5, 2)]),
    ("nn.InstanceNorm3d(4, affine=True, track_running_stats=True)", lambda: [n(3, 4, 2, 3, 2)]),
    ("nn.InstanceNorm3d(4)", lambda: [n(3, 4, 2, 3, 2)]),
    ("nn.GroupNorm(2, 4)", lambda: [n(3, 4, 5)]),
    ("nn.GroupNorm(2, 4, eps=0.1, affine=False)", lambda: [n(3, 4, 5)]),
    ("nn.LayerNorm(4)", lambda: [n(3, 4)]),
    ("nn.LayerNorm([3, 4], eps=0.1)", lambda: [n(2, 3, 4)]),
    ("nn.LayerNorm(4, elementwise_affine=False)", lambda: [n(3, 4)]),
    ("nn.LocalResponseNorm(2)", lambda: [n(2, 4, 5)]),
    ("nn.LocalResponseNorm(3, alpha=0.1, beta=0.5, k=2.0)", lambda: [n(2, 4, 5)]),
    ("nn.Embedding(10, 3)", lambda: [below(10, 2, 4)]),
    ("nn.Embedding(10, 3, padding_idx=2)", lambda: [below(10, 2, 4)]),
    ("nn.Embedding(10, 3, max_norm=0.5, norm_type=1.0)", lambda: [below(10, 2, 4)]),
    ("nn.EmbeddingBag(10, 3)", lambda: [below(10, 2, 4)]),
    ("nn.EmbeddingBag(10, 3, mode='sum', padding_idx=1)", lambda: [below(10, 2, 4)]),
    ("nn.EmbeddingBag(10, 3, mode='max')", lambda: [below(10, 2, 4)]),
    ("nn.LSTM(3, 4)", lambda: [n(5, 2, 3)]),
    ("nn.LSTM(3, 4, bias=False)", lambda: [n(5, 2, 3)]),
    ("nn.LSTM(3, 4, num_layers=3, batch_first=True)", lambda: [n(2, 5, 3)]),
    ("nn.LSTM(3, 4, num_layers=2, bidirectional=True, dropout=0.5)", lambda: [n(5, 2, 3)]),
    ("nn.LSTM(3, 4).double()", lambda: [n(5, 2, 3).double()]),
    ("nn.GRU(3, 4)", lambda: [n(5, 2, 3)]),
    ("nn.GRU(3, 4, num_layers=2, bidirectional=True)", lambda: [n(5, 2, 3)]),
    ("nn.GRU(3, 4, bias=False, batch_first=True)", lambda: [n(5, 2, 3)]),
    ("nn.RNN(3, 4)", lambda: [n(5, 2, 3)]),
    ("nn.RNN(3, 4, num_layers=2, bidirectional=True, nonlinearity='relu')", lambda: [n(5, 2, 3)]),
    ("nn.LSTMCell(3, 4)", lambda: [n(2, 3), n(2, 4), n(2, 4)]),
    ("nn.LSTMCell(3, 4, bias=False)", lambda: [n(2, 3), n(2, 4), n(2, 4)]),
    ("nn.GRUCell(3, 4)", lambda: [n(2, 3)]),
    ("nn.GRUCell(3, 4, bias=False)", lambda: [n(2, 3)]),
    ("nn.RNNCell(3, 4)", lambda: [n(2, 3)]),
    ("nn.RNNCell(3, 4, nonlinearity='relu')", lambda: [n(2, 3)]),
    ("nn.MultiheadAttention(8, 2)", lambda: [n(5, 3, 8), n(4, 3, 8), n(4, 3, 8)]),
    ("nn.MultiheadAttention(8, 4, bias=False)", lambda: [n(5, 3, 8), n(4, 3, 8), n(4, 3, 8)]),
    ("nn.MultiheadAttention(8, 2, add_bias_kv=True)", lambda: [n(5, 3, 8), n(4, 3, 8), n(4, 3, 8)]),
    ("nn.MultiheadAttention(8, 2, add_zero_attn=True, dropout=0.5)", lambda: [n(5, 3, 8), n(4, 3, 8), n(4, 3, 8)]),
    ("nn.MultiheadAttention(8, 2, kdim=6, vdim=6)", lambda: [n(5, 3, 8), n(4, 3, 6), n(4, 3, 6)]),
    ("nn.TransformerEncoderLayer(8, 2, 16)", lambda: [n(5, 3, 8)]),
    ("nn.TransformerEncoderLayer(8, 4, 16, dropout=0.0, activation='gelu')", lambda: [n(5, 3, 8)]),
    ("nn.TransformerDecoderLayer(8, 2, 16)", lambda: [n(5, 3, 8), n(4, 3, 8)]),
    ("nn.TransformerDecoderLayer(8, 4, 12, dropout=0.0, activation='gelu')", lambda: [n(5, 3, 8), n(4, 3, 8)]),
    ("nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16), 2)", lambda: [n(5, 3, 8)]),
    ("nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 4, 16, dropout=0.0), 3)", lambda: [n(5, 3, 8)]),
    ("nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 2, 16), 2)", lambda: [n(5, 3, 8), n(4, 3, 8)]),
    ("nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 2, 16, 0.0, 'gelu'), 1)", lambda: [n(5, 3, 8), n(4, 3, 8)]),
    ("nn.Transformer(8, 2, 2, 1, 16)", lambda: [n(5, 3, 8), n(4, 3, 8)]),
    ("nn.Transformer(8, 4, 1, 2, 12, dropout=0.0, activation='gelu')", lambda: [n(5, 3, 8), n(4, 3, 8)]),
    ("nn.PReLU()", lambda: [n(2, 3)]),
    ("nn.PReLU(3)", lambda: [n(2, 3, 4)]),
    ("nn.CELU()", lambda: [n(2, 3)]),
    ("nn.CELU(0.3, inplace=True)", lambda: [n(2, 3)]),
    ("nn.ELU()", lambda: [n(2, 3)]),
    ("nn.ELU(0.3, inplace=True)", lambda: [n(2, 3)]),
    ("nn.GELU()", lambda: [n(2, 3)]),
    ("nn.GELU('tanh')", lambda: [n(2, 3)]),
    ("nn.GLU()", lambda: [n(2, 4)]),
    ("nn.GLU(0)", lambda: [n(2, 4)]),
    ("nn.Hardshrink()", lambda: [n(2, 3)]),
    ("nn.Hardshrink(0.1)", lambda: [n(2, 3)]),
    ("nn.Hardsigmoid()", lambda: [n(2, 3)]),
    ("nn.Hardswish(inplace=True)", lambda: [n(2, 3)]),
    ("nn.Hardtanh()", lambda: [n(2, 3)]),
    ("nn.Hardtanh(-0.2, 0.4)", lambda: [n(2, 3)]),
    ("nn.LeakyReLU()", lambda: [n(2, 3)]),
    ("nn.LeakyReLU(0.3, inplace=True)", lambda: [n(2, 3)]),
    ("nn.LogSigmoid()", lambda: [n(2, 3)]),
    ("nn.LogSoftmax(1)", lambda: [n(2, 3)]),
    ("nn.Mish()", lambda: [n(2, 3)]),
    ("nn.ReLU()", lambda: [n(2, 3)]),
    ("nn.ReLU(inplace=True)", lambda: [n(2, 3)]),
    ("nn.ReLU6()", lambda: [n(2, 3) * 9]),
    ("nn.RReLU().eval()", lambda: [n(2, 3)]),
    ("nn.RReLU(0.2, 0.2)", lambda: [n(2, 3)]),
    ("nn.RReLU(0.1, 0.9, inplace=True)", lambda: [n(5, 7)]),
    ("nn.SELU()", lambda: [n(2, 3)]),
    ("nn.SiLU()", lambda: [n(2, 3)]),
    ("nn.Sigmoid()", lambda: [n(2, 3)]),
    ("nn.Softmax(1)", lambda: [n(2, 3)]),
    ("nn.Softmax(dim=-2)", lambda: [n(2, 3)]),
    ("nn.Softmax2d()", lambda: [n(2, 3, 2, 2)]),
    ("nn.Softmin(1)", lambda: [n(2, 3)]),
    ("nn.Softplus()", lambda: [n(2, 3)]),
    ("nn.Softplus(2, 1)", lambda: [n(2, 3)]),
    ("nn.Softshrink()", lambda: [n(2, 3)]),
    ("nn.Softshrink(0.1)", lambda: [n(2, 3)]),
    ("nn.Softsign()", lambda: [n(2, 3)]),
    ("nn.Tanh()", lambda: [n(2, 3)]),
    ("nn.Tanhshrink()", lambda: [n(2, 3)]),
    ("nn.Threshold(0.1, 20)", lambda: [n(2, 3)]),
    ("nn.AlphaDropout(0.3)", lambda: [n(20, 3)]),
    ("nn.Dropout()", lambda: [n(20, 3)]),
    ("nn.Dropout(0.2, inplace=True)", lambda: [n(20, 3)]),
    ("nn.Dropout1d(0.4)", lambda: [n(9, 3, 4)]),
    ("nn.Dropout2d(0.4)", lambda: [n(9, 3, 4, 5)]),
    ("nn.Dropout3d(0.4)", lambda: [n(9, 3, 2, 2, 2)]),
    ("nn.FeatureAlphaDropout(0.4)", lambda: [n(9, 3, 2)]),
    ("nn.AdaptiveAvgPool1d(3)", lambda: [n(2, 3, 7)]),
    ("nn.AdaptiveAvgPool2d((3, 2))", lambda: [n(2, 3, 7, 5)]),
    ("nn.AdaptiveAvgPool2d(1)", lambda: [n(2, 3, 7, 5)]),
    ("nn.AdaptiveAvgPool3d(2)", lambda: [n(2, 3, 4, 5, 3)]),
    ("nn.AdaptiveMaxPool1d(3)", lambda: [n(2, 3, 7)]),
    ("nn.AdaptiveMaxPool2d((3, 2))", lambda: [n(2, 3, 7, 5)]),
    ("nn.AdaptiveMaxPool3d((2, 2, 2))", lambda: [n(2, 3, 4, 5, 3)]),
    ("nn.AdaptiveMaxPool3d((3, 1, 2))", lambda: [n(2, 3, 5, 4, 7)]),
    ("nn.AvgPool1d(2)", lambda: [n(2, 3, 7)]),
    ("nn.AvgPool1d(3, stride=1, padding=1, ceil_mode=True, count_include_pad=False)", lambda: [n(2, 3, 7)]),
    ("nn.AvgPool2d(2)", lambda: [n(2, 3, 7, 5)]),
    ("nn.AvgPool2d((3, 2), stride=(2, 1), padding=(1, 0), count_include_pad=False)", lambda: [n(2, 3, 7, 5)]),
    ("nn.AvgPool2d(2, ceil_mode=True, divisor_override=3)", lambda: [n(2, 3, 7, 5)]),
    ("nn.AvgPool3d(2)", lambda: [n(2, 3, 4, 5, 3)]),
    ("nn.AvgPool3d((1, 2, 2), stride=1)", lambda: [n(2, 3, 4, 5, 3)]),
    ("nn.FractionalMaxPool2d(2, output_size=3)", lambda: [n(2, 3, 7, 5)]),
    ("nn.FractionalMaxPool2d(2, output_ratio=(0.5, 0.6))", lambda: [n(2, 3, 7, 5)]),
    ("nn.FractionalMaxPool3d(2, output_size=2)", lambda: [n(2, 3, 5, 5, 5)]),
    ("nn.LPPool1d(2, 3)", lambda: [n(2, 3, 7).abs() + 0.5]),
    ("nn.LPPool1d(3, 2, stride=1, ceil_mode=True)", lambda: [n(2, 3, 7).abs() + 0.5]),
    ("nn.LPPool2d(2, 3)", lambda: [n(2, 3, 7, 5).abs() + 0.5]),
    ("nn.LPPool2d(2, (3, 2), stride=(2, 1))", lambda: [n(2, 3, 7, 5).abs() + 0.5]),
    ("nn.MaxPool1d(2)", lambda: [n(2, 3, 7)]),
    ("nn.MaxPool1d(3, stride=1, padding=1, dilation=2)", lambda: [n(2, 3, 9)]),
    ("nn.MaxPool2d(2)", lambda: [n(2, 3, 7, 5)]),
    ("nn.MaxPool2d((3, 2), stride=(2, 1), padding=(1, 0), ceil_mode=True)", lambda: [n(2, 3, 7, 5)]),
    ("nn.MaxPool3d(2)", lambda: [n(2, 3, 4, 5, 3)]),
    ("nn.MaxPool3d((1, 2, 2), stride=1)", lambda: [n(2, 3, 4, 5, 3)]),
    ("nn.MaxUnpool1d(2)", lambda: both(F.max_pool1d(n(2, 3, 6), 2, return_indices=True))),
    ("nn.MaxUnpool2d((2, 2), stride=2)", lambda: both(F.max_pool2d(n(2, 3, 6, 4), 2, return_indices=True))),
    ("nn.MaxUnpool3d(2)", lambda: both(F.max_pool3d(n(2, 3, 4, 4, 2), 2, return_indices=True))),
    ("nn.ConstantPad1d(1, 2.5)", lambda: [n(2, 3, 4)]),
    ("nn.ConstantPad1d((2, 1), 0)", lambda: [n(2, 3, 4)]),
    ("nn.ConstantPad2d((1, 2, 3, 4), 2.5)", lambda: [n(2, 3, 4, 5)]),
    ("nn.ConstantPad3d((1, 2, 0, 1, 2, 0), 2.5)", lambda: [n(2, 3, 2, 3, 4)]),
    ("nn.ReflectionPad1d((2, 1))", lambda: [n(2, 3, 4)]),
    ("nn.ReflectionPad2d((1, 2, 3, 1))", lambda: [n(2, 3, 4, 5)]),
    ("nn.ReflectionPad3d(1)", lambda: [n(2, 3, 2, 3, 4)]),
    ("nn.ReplicationPad1d((2, 1))", lambda: [n(2, 3, 4)]),
    ("nn.ReplicationPad2d((1, 2, 3, 1))", lambda: [n(2, 3, 4, 5)]),
    ("nn.ReplicationPad3d((1, 0, 1, 2, 0, 1))", lambda: [n(2, 3, 2, 3, 4)]),
    ("nn.ZeroPad2d((1, 2, 3, 0))", lambda: [n(2, 3, 4, 5)]),
    ("nn.ChannelShuffle(2)", lambda: [n(2, 4, 3, 3)]),
    ("nn.Flatten()", lambda: [n(2, 3, 4)]),
    ("nn.Flatten(0, 1)", lambda: [n(2, 3, 4)]),
    ("nn.Unflatten(1, (2, 3))", lambda: [n(4, 6)]),
    ("nn.Unflatten(1, torch.Size([3, 2]))", lambda: [n(4, 6)]),
    ("nn.Fold(4, 2)", lambda: [n(2, 12, 9)]),
    ("nn.Fold((4, 5), (2, 3), stride=(1, 2), padding=(0, 1))", lambda: [n(2, 12, 9)]),
    ("nn.Unfold(2)", lambda: [n(2, 3, 4, 4)]),
    ("nn.Unfold((2, 3), dilation=(1, 1), padding=1, stride=(2, 1))", lambda: [n(2, 3, 4, 4)]),
    ("nn.PixelShuffle(2)", lambda: [n(2, 8, 3, 3)]),
    ("nn.PixelUnshuffle(2)", lambda: [n(2, 2, 4, 6)]),
    ("nn.Upsample(scale_factor=2)", lambda: [n(2, 3, 4, 5)]),
    ("nn.Upsample(size=(7, 9))", lambda: [n(2, 3, 4, 5)]),
    ("nn.Upsample(scale_factor=2.0, mode='bilinear')", lambda: [n(2, 3, 4, 5)]),
    ("nn.Upsample(scale_factor=(2.0, 1.5), mode='bilinear', align_corners=True)", lambda: [n(2, 3, 4, 6)]),
    ("nn.Upsample(scale_factor=2, mode='linear', align_corners=False)", lambda: [n(2, 3, 4)]),
    ("nn.Upsample(size=8, mode='bicubic')", lambda: [n(2, 3, 4, 5)]),
    ("nn.Upsample(scale_factor=2, mode='trilinear')", lambda: [n(2, 3, 4, 5, 2)]),
    ("nn.UpsamplingNearest2d(scale_factor=2)", lambda: [n(2, 3, 4, 5)]),
    ("nn.UpsamplingBilinear2d(size=(5, 6))", lambda: [n(2, 3, 4, 5)]),
    ("nn.CosineSimilarity()", lambda: [n(4, 3), n(4, 3)]),
    ("nn.CosineSimilarity(dim=0, eps=0.1)", lambda: [n(4, 3), n(4, 3)]),
    ("nn.PairwiseDistance()", lambda: [n(4, 3), n(4, 3)]),
    ("nn.PairwiseDistance(p=1, eps=0.1, keepdim=True)", lambda: [n(4, 3), n(4, 3)]),
    ("nn.BCELoss()", lambda: [torch.sigmoid(n(4, 3)), below(2, 4, 3).float()]),
    ("nn.BCELoss(torch.tensor(W3), reduction='sum')", lambda: [torch.sigmoid(n(4, 3)), below(2, 4, 3).float()]),
    ("nn.BCEWithLogitsLoss()", lambda: [n(4, 3), below(2, 4, 3).float()]),
    ("nn.BCEWithLogitsLoss(torch.tensor(W3), pos_weight=torch.tensor([3., 1., 2.]), reduction='none')", lambda: [n(4, 3), below(2, 4, 3).float()]),
    ("nn.CosineEmbeddingLoss(margin=0.2)", lambda: [n(4, 3), n(4, 3), signs(4)]),
    ("nn.CrossEntropyLoss()", lambda: [n(4, 3), below(3, 4)]),
    ("nn.CrossEntropyLoss(torch.tensor(W3), ignore_index=1, reduction='sum', label_smoothing=0.1)", lambda: [n(4, 3), below(3, 4)]),
    ("nn.CTCLoss()", lambda: [F.log_softmax(n(10, 2, 5), 2), below(4, 2, 3) + 1, torch.tensor([10, 10]), torch.tensor([3, 3])]),
    ("nn.CTCLoss(blank=4, reduction='sum', zero_infinity=True)", lambda: [F.log_softmax(n(10, 2, 5), 2), below(4, 2, 3), torch.tensor([10, 10]), torch.tensor([3, 3])]),
    ("nn.GaussianNLLLoss(full=True)", lambda: [n(4, 3), n(4, 3), n(4, 3).abs() + 0.1]),
    ("nn.HingeEmbeddingLoss(margin=0.5)", lambda: [n(4, 3), signs(4, 3)]),
    ("nn.HuberLoss(delta=0.5)", lambda: [n(4, 3), n(4, 3)]),
    ("nn.KLDivLoss(log_target=True)", lambda: [F.log_softmax(n(4, 3), 1), F.log_softmax(n(4, 3), 1)]),
    ("nn.KLDivLoss(reduction='sum')", lambda: [F.log_softmax(n(4, 3), 1), F.softmax(n(4, 3), 1)]),
    ("nn.L1Loss()", lambda: [n(4, 3), n(4, 3)]),
    ("nn.L1Loss(reduction='none')", lambda: [n(4, 3), n(4, 3)]),
    ("nn.MarginRankingLoss(margin=0.3)", lambda: [n(4), n(4), signs(4)]),
    ("nn.MSELoss()", lambda: [n(4, 3), n(4, 3)]),
    ("nn.MSELoss(reduction='sum')", lambda: [n(4, 3), n(4, 3)]),
    ("nn.MultiLabelMarginLoss()", lambda: [n(1, 4), torch.tensor([[3, 0, -1, 1]])]),
    ("nn.MultiLabelSoftMarginLoss()", lambda: [n(4, 3), below(2, 4, 3).float()]),
    ("nn.MultiLabelSoftMarginLoss(torch.tensor(W3))", lambda: [n(4, 3), below(2, 4, 3).float()]),
    ("nn.MultiMarginLoss()", lambda: [n(4, 3), below(3, 4)]),
    ("nn.MultiMarginLoss(p=2, margin=0.5, weight=torch.tensor(W3))", lambda: [n(4, 3), below(3, 4)]),
    ("nn.NLLLoss()", lambda: [F.log_softmax(n(4, 3), 1), below(3, 4)]),
    ("nn.NLLLoss(torch.tensor(W3), reduction='sum')", lambda: [F.log_softmax(n(4, 3), 1), below(3, 4)]),
    ("nn.PoissonNLLLoss()", lambda: [n(4, 3), n(4, 3)]),
    ("nn.PoissonNLLLoss(log_input=False, full=True)", lambda: [n(4, 3).abs(), n(4, 3).abs()]),
    ("nn.SmoothL1Loss()", lambda: [n(4, 3), n(4, 3)]),
    ("nn.SmoothL1Loss(beta=0.3)", lambda: [n(4, 3), n(4, 3)]),
    ("nn.SoftMarginLoss()", lambda: [n(4, 3), signs(4, 3).float()]),
    ("nn.TripletMarginLoss()", lambda: [n(4, 3), n(4, 3), n(4, 3)]),
    ("nn.TripletMarginLoss(margin=0.5, p=1, swap=True)", lambda: [n(4, 3), n(4, 3), n(4, 3)]),
    ("nn.TripletMarginWithDistanceLoss(distance_function=nn.functional.pairwise_distance)", lambda: [n(4, 3), n(4, 3), n(4, 3)]),
    ("nn.TripletMarginWithDistanceLoss(margin=0.5, swap=True)", lambda: [n(4, 3), n(4, 3), n(4, 3)]),
    ("nn.Sequential()", lambda: [n(2, 3)]),
    ("nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(16, 2))", lambda: [n(5, 3, 4, 4)]),
    ("nn.Sequential(collections.OrderedDict([('z', nn.Linear(3, 4)), ('a', nn.BatchNorm1d(4)), ('m', nn.Sequential(nn.PReLU(), nn.Linear(4, 2)))]))", lambda: [n(5, 3)]),
    ("nn.Sequential(nn.Embedding(10, 8, padding_idx=0), nn.TransformerEncoderLayer(8, 2, 16, 0.0), nn.Dropout(0.0), nn.Linear(8, 3))", lambda: [below(10, 4, 3)]),
    ("tied_sequential()", lambda: [n(5, 3)]),
    ("half_frozen()", lambda: [n(5, 3)]),
    ("nn.ModuleList()", None),
    ("nn.ModuleList([nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ModuleList([nn.PReLU(), nn.LSTM(4, 2)])])", None),
    ("nn.ModuleDict({'z': nn.Linear(3, 4), 'a': nn.BatchNorm1d(4), 'm': nn.ModuleDict({'b': nn.PReLU()})})", None),
    ("nn.ParameterList([nn.Parameter(torch.zeros(2)), nn.Parameter(torch.zeros(()))])", None),
    ("nn.ParameterDict({'a': nn.Parameter(torch.zeros(2)), 'b': nn.Parameter(torch.zeros(3, 1), requires_grad=False)})", None),
    ("nn.DataParallel(nn.Sequential(nn.Linear(3, 4), nn.ReLU()))", lambda: [n(5, 3)]),
]

# What TorchSharp has not, and what the error must say of it.
REFUSED = [
    ("nn.Sequential(nn.Identity(), nn.LSTM(3, 4, proj_size=2))", "'1' (torch.nn.modules.rnn.LSTM) has the setting proj_size=2"),
    ("nn.MultiheadAttention(8, 2, batch_first=True)", "has the setting batch_first=True"),
    ("nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)", "'self_attn' (torch.nn.modules.activation.MultiheadAttention) has the setting batch_first=True"),
    ("nn.TransformerEncoderLayer(8, 2, 16, norm_first=True)", "has the setting norm_first=True"),
    ("nn.TransformerEncoderLayer(8, 2, 16, layer_norm_eps=0.1)", "'norm1' (torch.nn.modules.normalization.LayerNorm) has the setting eps=0.1"),
    ("nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16), 1, norm=nn.LayerNorm(8))", "has the setting norm"),
    ("nn.MaxPool2d(2, return_indices=True)", "has the setting return_indices=True"),
    ("nn.AdaptiveMaxPool2d(2, return_indices=True)", "has the setting return_indices=True"),
    ("nn.AdaptiveAvgPool2d((None, 2))", "has the setting output_size=(None, 2)"),
    ("nn.NLLLoss(ignore_index=1)", "has the setting ignore_index=1"),
    ("nn.Upsample(scale_factor=2, mode='nearest-exact')", "has the setting mode='nearest-exact'"),
    ("nn.InstanceNorm2d(4, momentum=None)", "has the setting momentum=None"),
    ("nn.Softmax()", "has the setting dim=None"),
    ("nn.utils.spectral_norm(nn.Linear(3, 4))", "has hooks that TorchSharp would not run"),
    ("nn.PoissonNLLLoss(log_input=False, eps=0.01)", "has the setting eps=0.01"),
    ("marked()", "has the setting mark='here'"),
    ("transformer_with('self_attn', nn.Tanh())", "'self_attn' (torch.nn.modules.activation.Tanh) stands where TorchSharp's class has activation.MultiheadAttention built in"),
    ("transformer_with('norm2', nn.GroupNorm(2, 8))", "'norm2' (torch.nn.modules.normalization.GroupNorm) stands where"),
    ("transformer_with('linear2', nn.utils.spectral_norm(nn.Linear(16, 8)))", "has hooks at 'linear2' that TorchSharp would not run"),
]


def transformer_with(name, child):
    layer = nn.TransformerEncoderLayer(8, 2, 16)
    setattr(layer, name, child)
    return layer


def tied_sequential():
    model = nn.Sequential(nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 3, bias=False), nn.Linear(3, 3))
    model[2].weight = model[0].weight
    model[3] = model[0]
    return model


def half_frozen():
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 2))
    model[0].requires_grad_(False)
    return model


def marked():
    layer = nn.Linear(3, 4)
    layer.mark = "here"
    return layer


def seeded(module, inputs):
    torch.manual_seed(5)
    return call(module, [x.clone() for x in inputs])


def describe_module(module):
    """Everything about a module but the values of its tensors."""
    lines = []
    for name, part in module.named_modules():
        lines.append("%s: %s training=%s" % (name, type(part).__name__, part.training))
    for name, value in module.named_parameters():
        lines.append("%s: %s %s requires_grad=%s" % (name, value.dtype, list(value.shape), value.requires_grad))
    return lines


def save_layers():
    """Leaves each layer whole, with inputs and what it makes of them."""
    global G
    lines = []
    for number, (expression, inputs) in enumerate(LAYERS):
        G = torch.Generator().manual_seed(number)
        module = randomize(eval(expression))
        module.train(number % 2 == 0)
        if expression == "half_frozen()":
            module.train()
            module[1].eval()
        torch.save(module, "%s/%d.pt" % (path, number))
        given = inputs() if inputs else []
        evaluated = seeded(copied(module).eval(), given) if inputs else []
        trained = seeded(copied(module).train(), given) if inputs else []
        torch.save({"inputs": given, "eval": evaluated, "train": trained}, "%s/%d.called.pt" % (path, number))
        lines.append(expression)
    torch.save(nn.ModuleDict({"n%d" % number: nn.ModuleList([torch_load("%d.pt" % number)]) for number in nested_numbers()}), path + "/nested.pt")
    return lines


def nested_numbers():
    """Of what can be called. A DataParallel is known around a whole model alone."""
    return [number for number, (expression, inputs) in enumerate(LAYERS) if inputs and "DataParallel" not in expression]


def torch_load(name):
    return torch.load(path + "/" + name, weights_only=False)


def check_nested():
    """The same of all of them in one model, which .NET loaded and saved."""
    lines = []
    ours = torch_load("nested.ours.pt")
    for number in nested_numbers():
        called = torch_load("%d.called.pt" % number)
        for mode in ("eval", "train"):
            made = seeded(copied(ours["n%d" % number][0].train(mode == "train")), called["inputs"])
            if not distance(called[mode], made) <= 2e-6:
                lines.append("%s nested, in %s: %s" % (LAYERS[number][0], mode, distance(called[mode], made)))
    return lines


def copied(module):
    import copy
    return copy.deepcopy(module)


def check_saved():
    """Loads what was saved from .NET; says what differs from what was saved here."""
    lines = []
    for number, (expression, inputs) in enumerate(LAYERS):
        try:
            ours = torch.load("%s/%d.ours.pt" % (path, number), weights_only=False)
            theirs = torch_load("%d.pt" % number)
            if isinstance(theirs, nn.DataParallel):
                theirs = theirs.module
            if not expression.startswith(("nn.Upsampling", "nn.TripletMarginWithDistanceLoss(margin")):
                assert type(ours) is type(theirs), (type(ours), type(theirs))
                assert describe_module(ours) == describe_module(theirs), (describe_module(ours), describe_module(theirs))
                assert repr(ours) == repr(theirs) or "Conv" in expression or "Pool" in expression or "old" in expression or same_repr(ours, theirs), (repr(ours), repr(theirs))
            assert list(ours.state_dict()) == list(theirs.state_dict()), (list(ours.state_dict()), list(theirs.state_dict()))
            for name, value in theirs.state_dict().items():
                assert torch.equal(value, ours.state_dict()[name]), name
            if inputs:
                called = torch.load("%s/%d.called.pt" % (path, number))
                for mode in ("eval", "train"):
                    ours.train(mode == "train")
                    made = seeded(copied(ours), called["inputs"])
                    assert distance(called[mode], made) <= 2e-6, (mode, distance(called[mode], made))
        except Exception as error:
            lines.append("%s: %s: %s" % (expression, type(error).__name__, str(error)[:600]))
    return lines


def same_repr(ours, theirs):
    plain = lambda module: re.sub(r"(\d+)\.0\b", r"\1", re.sub(r"\((\d+(?:\.\d+)?),( \1,?)*\)", r"\1", repr(module).replace("torch.Size([3, 2])", "(3, 2)")))
    return plain(ours) == plain(theirs)


import re
