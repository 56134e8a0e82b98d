//! Words for product names, descriptions, searches and reviews.

use super::category::Category;

/// Names of the products of a shelf.
pub(super) fn nouns(category: Category) -> &'static [&'static str] {
    match category {
        Category::Electronics => &[
            "Headphones",
            "Speaker",
            "Tablet",
            "Camera",
            "Charger",
            "Monitor",
            "Keyboard",
            "Smart Watch",
            "Router",
        ],
        Category::Fashion => &[
            "Jacket", "Sneakers", "Scarf", "Jeans", "Dress", "Handbag", "Sweater", "Belt",
            "T-Shirt",
        ],
        Category::Home => &[
            "Lamp",
            "Cushion",
            "Kettle",
            "Blanket",
            "Mirror",
            "Vase",
            "Candle Holder",
            "Storage Box",
            "Mug Set",
        ],
        Category::Beauty => &[
            "Face Cream",
            "Lipstick",
            "Shampoo",
            "Perfume",
            "Serum",
            "Hand Balm",
        ],
        Category::Toys => &[
            "Puzzle",
            "Building Blocks",
            "Plush Bear",
            "Board Game",
            "Train Set",
            "Doll House",
        ],
        Category::Books => &[
            "Novel",
            "Cookbook",
            "Travel Guide",
            "Biography",
            "Workbook",
            "Atlas",
        ],
        Category::Grocery => &[
            "Coffee Beans",
            "Green Tea",
            "Olive Oil",
            "Dark Chocolate",
            "Granola",
            "Honey",
        ],
        Category::Health => &[
            "Vitamins",
            "Protein Powder",
            "Magnesium",
            "Omega Capsules",
            "Herbal Tea",
        ],
        Category::Sports => &[
            "Yoga Mat",
            "Dumbbells",
            "Running Belt",
            "Bike Light",
            "Tent",
            "Football",
        ],
        Category::Garden => &[
            "Planter",
            "Pruner",
            "Bird House",
            "Hose",
            "Lantern",
            "Seed Kit",
        ],
        Category::Office => &[
            "Notebook",
            "Desk Organiser",
            "Fountain Pen",
            "Backpack",
            "Stapler",
            "Planner",
        ],
        Category::Pets => &["Dog Food", "Cat Litter", "Chew Toys", "Fish Flakes"],
        Category::Jewelry => &["Necklace", "Ring", "Bracelet", "Earrings"],
        Category::Music => &["Ukulele", "Guitar Strings", "Microphone", "Drum Pad"],
    }
}

pub(super) const ADJECTIVES: [&str; 20] = [
    "Classic", "Compact", "Vintage", "Premium", "Everyday", "Organic", "Wireless", "Soft", "Bold",
    "Nordic", "Retro", "Light", "Deluxe", "Mini", "Eco", "Bright", "Handmade", "Modern", "Rustic",
    "Silent",
];

pub(super) const COLOURS: [&str; 10] = [
    "Black", "White", "Red", "Blue", "Green", "Silver", "Gold", "Pink", "Grey", "Natural",
];

/// Style of a product; the shop started to record it long after most launches.
pub(super) const STYLES: [&str; 5] = ["minimal", "playful", "classic", "sporty", "luxury"];

pub(super) const PRAISE: [&str; 8] = [
    "Excellent quality, I would buy it again.",
    "Works perfectly and arrived early.",
    "My family loves it.",
    "Great value for the price.",
    "Beautiful and well made.",
    "Exactly as described, very happy.",
    "Best purchase this year.",
    "Comfortable, sturdy and easy to use.",
];

pub(super) const MIDDLING: [&str; 5] = [
    "It is okay, nothing special.",
    "Does the job, but the packaging was damaged.",
    "Average quality for this price.",
    "Good, although smaller than expected.",
    "Fine for occasional use.",
];

pub(super) const BLAME: [&str; 7] = [
    "Broke after two days, very disappointed.",
    "Poor quality, do not buy.",
    "Arrived late and did not work.",
    "Terrible, I sent it back.",
    "Looks cheap and feels worse.",
    "Not as described at all.",
    "Waste of money.",
];
