"""Makes bert-tiny/, a BERT as transformers saves one, and what it computes: python3 make_bert.py FOLDER, with transformers."""

import sys

import torch
from safetensors.torch import save_file
from transformers import BertConfig, BertModel

folder = sys.argv[1]
torch.manual_seed(1)
config = BertConfig(
    vocab_size=100, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64, max_position_embeddings=32,
)
model = BertModel(config).eval()
model.save_pretrained(folder)

# Two sentences; the second is shorter, and 0 fills it up.
input_ids = torch.tensor([[2, 17, 45, 8, 91, 3], [2, 33, 60, 3, 0, 0]])
attention_mask = (input_ids != 0).long()
with torch.no_grad():
    output = model(input_ids=input_ids, attention_mask=attention_mask)
save_file(
    {
        "input_ids": input_ids,
        "attention_mask": attention_mask,
        "last_hidden_state": output.last_hidden_state.contiguous(),
        "pooler_output": output.pooler_output.contiguous(),
    },
    f"{folder}/expected.safetensors",
)
