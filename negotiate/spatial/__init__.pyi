"""Public names of the room; read by type checkers, editors and `negotiate._lazy.attach`."""

from negotiate.spatial.baselines import baseline as baseline
from negotiate.spatial.baselines import baselines as baselines
from negotiate.spatial.case import spatial as spatial
from negotiate.spatial.challenge import challenge as challenge
from negotiate.spatial.compare import compare as compare
from negotiate.spatial.compromise import compromise as compromise
from negotiate.spatial.compromise import nash as nash
from negotiate.spatial.exchange import exchange as exchange
from negotiate.spatial.median import median as median
from negotiate.spatial.politics import politics as politics
from negotiate.spatial.positions import Scale as Scale
from negotiate.spatial.positions import SpatialModel as SpatialModel
from negotiate.spatial.positions import model as model
from negotiate.spatial.procedure import procedure as procedure
from negotiate.spatial.score import score as score
from negotiate.spatial.tables import read as read
from negotiate.spatial.tables import write as write
