"""Ten models with classes of their own, nested three deep: runs in judge.py after models.py."""


def own(place):
    """A class of that module, as if it stood in a file."""
    return lambda cls: put(cls, place, cls.__name__)


def nets():
    return [residual(), unet(), transformer(), tagger(), actor_critic(), autoencoder(), gpt(), twins(), seq2seq(), oddities()]


def save_nets():
    lines = []
    for net in nets():
        name = type(net).__name__
        torch.save(randomize(net), "%s/%s.pt" % (path, name))
        lines.append(name)
    return lines


def residual():
    @own("nets.residual")
    class Shortcut(nn.Module):
        def __init__(self, inputs, outputs):
            super().__init__()
            self.conv, self.norm = nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs)

    @own("nets.residual")
    class Block(nn.Module):
        def __init__(self, inputs, outputs, stride):
            super().__init__()
            self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
            self.norm1 = nn.BatchNorm2d(outputs)
            self.conv2 = nn.Conv2d(outputs, outputs, (3, 1), padding=(1, 0))
            self.shortcut = Shortcut(inputs, outputs) if inputs != outputs else None

    @own("nets.residual")
    class ResidualNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem = nn.Sequential(collections.OrderedDict(conv=nn.Conv2d(3, 8, 3, padding="same"), act=nn.ReLU(inplace=True)))
            self.stages = nn.ModuleList([nn.Sequential(Block(8, 8, 1), Block(8, 8, 1)), nn.Sequential(Block(8, 16, 2), Block(16, 16, 1)), nn.Sequential(Block(16, 32, 2))])
            self.head = nn.Linear(32, 10)
            self.widths = (8, 16, 32)
    return ResidualNet()


def unet():
    @own("nets.unet")
    class Twice(nn.Sequential):
        def __init__(self, inputs, outputs):
            super().__init__(nn.Conv2d(inputs, outputs, 3, padding=1, padding_mode="reflect"), nn.GroupNorm(2, outputs), nn.LeakyReLU(0.2),
                             nn.Conv2d(outputs, outputs, 3, padding=1), nn.InstanceNorm2d(outputs, affine=True), nn.SiLU())

    @own("nets.unet")
    class Down(nn.Module):
        def __init__(self, inputs, outputs):
            super().__init__()
            self.pool, self.twice = nn.MaxPool2d(2), Twice(inputs, outputs)

    @own("nets.unet")
    class Up(nn.Module):
        def __init__(self, inputs, outputs):
            super().__init__()
            self.up = nn.ConvTranspose2d(inputs, outputs, 2, stride=2)
            self.twice = Twice(outputs * 2, outputs)

    @own("nets.unet")
    class UNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = Twice(1, 4)
            self.downs = nn.ModuleDict({"second": Down(4, 8), "fourth": Down(8, 16)})
            self.ups = nn.ModuleDict({"second": Up(16, 8), "first": Up(8, 4)})
            self.resize = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)
            self.last = nn.Conv2d(4, 2, 1)
    return UNet()


def transformer():
    @own("nets.transformer")
    class PositionalEncoding(nn.Module):
        def __init__(self, width):
            super().__init__()
            self.dropout = nn.Dropout(0.1)
            self.register_buffer("pe", torch.zeros(50, 1, width))
            self.register_buffer("mask", torch.ones(5, 5).tril().bool(), persistent=False)

    @own("nets.transformer")
    class Embedder(nn.Module):
        def __init__(self, count, width):
            super().__init__()
            self.tokens, self.positions = nn.Embedding(count, width, padding_idx=0), PositionalEncoding(width)

    @own("nets.transformer")
    class Transformer(nn.Module):
        def __init__(self):
            super().__init__()
            self.source, self.target = Embedder(20, 8), Embedder(30, 8)
            self.encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, 0.2, "gelu"), 2)
            self.normed = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2, norm=nn.LayerNorm(8))
            self.decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 2, 16), 1)
            self.whole = nn.Transformer(8, 2, 1, 2, 12)
            self.cross = nn.MultiheadAttention(8, 2, kdim=6, vdim=4, add_bias_kv=True)
            self.out = nn.Linear(8, 30)
    return Transformer()


def tagger():
    @own("nets.tagger")
    class CharEncoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed, self.cnn = nn.Embedding(30, 4), nn.Conv1d(4, 6, 3, padding=1)

    @own("nets.tagger")
    class WordEncoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.chars, self.words = CharEncoder(), nn.Embedding(100, 5)
            self.dropout = nn.Dropout1d(0.3)

    @own("nets.tagger")
    class CRF(nn.Module):
        def __init__(self, tags):
            super().__init__()
            self.transitions, self.start = nn.Parameter(torch.zeros(tags, tags)), nn.Parameter(torch.zeros(tags))

    @own("nets.tagger")
    class Tagger(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = WordEncoder()
            self.lstm = nn.LSTM(11, 7, num_layers=2, bidirectional=True, dropout=0.4, batch_first=True)
            self.projected = nn.LSTM(3, 4, proj_size=2)
            self.gru, self.rnn = nn.GRU(14, 3), nn.RNN(3, 2, nonlinearity="relu", bias=False)
            self.crf = CRF(5)
    return Tagger()


def actor_critic():
    @own("nets.actor")
    class Torso(nn.Module):
        def __init__(self, inputs, width):
            super().__init__()
            self.net = nn.Sequential(nn.Linear(inputs, width), nn.Tanh(), nn.Linear(width, width), nn.ELU(0.5))

    @own("nets.actor")
    class Actor(nn.Module):
        def __init__(self, inputs, actions):
            super().__init__()
            self.torso, self.mean = Torso(inputs, 16), nn.Linear(16, actions)
            self.log_std = nn.Parameter(torch.zeros(actions))

    @own("nets.actor")
    class Critic(nn.Module):
        def __init__(self, inputs):
            super().__init__()
            self.torso, self.value = Torso(inputs, 24), nn.Linear(24, 1, bias=False)

    @own("nets.actor")
    class ActorCritic(nn.Module):
        def __init__(self):
            super().__init__()
            self.actor, self.critic = Actor(6, 2), Critic(6)
            self.loss, self.gamma = nn.SmoothL1Loss(beta=0.5), 0.99
    return ActorCritic()


def autoencoder():
    @own("nets.auto")
    class Layer(nn.Module):
        def __init__(self, inputs, outputs):
            super().__init__()
            self.linear, self.norm, self.act = nn.Linear(inputs, outputs), nn.BatchNorm1d(outputs, eps=1e-3, momentum=None), nn.Softplus(beta=2)

    @own("nets.auto")
    class Half(nn.Module):
        def __init__(self, *widths):
            super().__init__()
            self.layers = nn.ModuleList(Layer(*pair) for pair in zip(widths, widths[1:]))

    @own("nets.auto")
    class Autoencoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder, self.decoder = Half(12, 8, 4), Half(4, 8, 12)
            self.mean, self.spread = nn.Bilinear(4, 4, 2), nn.Linear(4, 2).double()
            self.criterion = nn.BCEWithLogitsLoss(pos_weight=torch.ones(3))
    return Autoencoder()


def gpt():
    @own("nets.gpt")
    class Attention(nn.Module):
        def __init__(self, width):
            super().__init__()
            self.qkv, self.out = nn.Linear(width, 3 * width, bias=False), nn.Linear(width, width)
            self.register_buffer("bias", torch.ones(1, 1, 6, 6).tril())

    @own("nets.gpt")
    class Block(nn.Module):
        def __init__(self, width, scale):
            super().__init__()
            self.norm, self.attention = nn.LayerNorm(width, eps=1e-6), Attention(width)
            self.mlp = nn.Sequential(nn.Linear(width, width * scale), nn.GELU("tanh"), nn.Linear(width * scale, width), nn.Dropout(0.0))
            self.scale = scale

    @own("nets.gpt")
    class GPT(nn.Module):
        def __init__(self):
            super().__init__()
            self.wte, self.blocks = nn.Embedding(40, 8), nn.ModuleList([Block(8, 2), Block(8, 4), Block(8, 4)])
            self.head = nn.Linear(8, 40, bias=False)
            self.head.weight = self.wte.weight
            self.positions = nn.Parameter(torch.zeros(1, 6, 8), requires_grad=False)
    return GPT()


def twins():
    @own("nets.twins")
    class Part(nn.Module):
        def __init__(self, width):
            super().__init__()
            self.fc, self.gain = nn.Linear(width, width), nn.Parameter(torch.ones(()))

    @own("nets.twins")
    class Side(nn.Module):
        def __init__(self):
            super().__init__()
            self.part, self.pad = Part(4), nn.ConstantPad2d((1, 0, 2, 0), 0.5)

    @own("nets.twins")
    class Twins(nn.Module):
        def __init__(self):
            super().__init__()
            self.left = Side()
            self.right = self.left
            self.other = nn.Sequential(self.left.part, Part(4))
            self.distance = nn.CosineSimilarity(dim=1)
    return Twins()


def seq2seq():
    @own("nets.seq")
    class Cell(nn.Module):
        def __init__(self, width):
            super().__init__()
            self.gru, self.lstm = nn.GRUCell(width, width), nn.LSTMCell(width, 2 * width)

    @own("nets.seq")
    class Decoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.cells, self.scales = nn.ModuleList([Cell(3), Cell(5)]), nn.ParameterList([nn.Parameter(torch.ones(3)), nn.Parameter(torch.ones(5, 1))])
            self.shifts = nn.ParameterDict({"b": nn.Parameter(torch.zeros(2)), "a": nn.Parameter(torch.zeros(()))})

    @own("nets.seq")
    class Seq2Seq(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Sequential(nn.Embedding(9, 3), nn.LSTM(3, 5, bias=False))
            self.decoder = Decoder()
            self.bag = nn.EmbeddingBag(7, 3, mode="sum")
    return Seq2Seq()


def oddities():
    @own("nets.odd")
    class RMSNorm(nn.Module):
        def __init__(self, width):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(width, dtype=torch.bfloat16))

    @own("nets.odd")
    class Linear(nn.Module):
        def __init__(self, width):
            super().__init__()
            self.norm, self.base = RMSNorm(width), nn.Linear(width, 2)

    @own("nets.odd")
    class Oddities(nn.Module):
        def __init__(self):
            super().__init__()
            self.object, self.params, self.name, self.train_ = Linear(3), nn.Linear(2, 2), nn.Tanh(), nn.Conv3d(1, 2, (1, 2, 3), stride=2)
            self.Linear, self.nn = Linear(4), nn.Hardtanh(-2, 2)
            self.add_module("0", nn.PReLU(3))
            self.add_module("with-dash", nn.LocalResponseNorm(2))
            self.register_parameter("none", None)
            self.register_buffer("steps", torch.tensor(3))
            self.norm = nn.RMSNorm(4) if hasattr(nn, "RMSNorm") else nn.LayerNorm(4)
            self.pool = nn.AvgPool3d((1, 2, 2), stride=(1, 2, 1), divisor_override=3)
            self.odd = nn.Sequential(collections.OrderedDict([("quote\"d", nn.ReLU()), ("b", nn.Sequential())]))
    return Oddities()
